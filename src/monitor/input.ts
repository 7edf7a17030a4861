import { isKey, keyName } from '../input/keys.ts';
import { MOST_MOVED } from '../input/mouse.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** Milliseconds of the guest's time that keys are held where it isn't said. */
const HOLD = 100;

/** The answer comes before the keys are up. */
function sendKeys({ words, numbers }: Arguments, { machine }: CommandContext): string {
  const names = words.keys
    .split('-')
    .map(keyOf)
    .filter((name) => name !== undefined);
  if (names.length > 0) give(machine.keyboard.press(names.join('-'), Math.max(Number(numbers.hold ?? HOLD), 0)));
  return '';
}

/** The name of a key, which may be given by its number. Undefined: the keyboard has none of that number. */
function keyOf(text: string): string | undefined {
  // The key beside the left shift.
  if (text === '<') return 'less';
  if (/^0x[0-9a-f]+$/i.test(text)) return keyName(Number(text));
  if (!isKey(text)) throw new MonitorError(`invalid parameter: ${text}`);
  return text;
}

/** A machine that has ended takes no more input. */
function give(sent: Promise<void>): void {
  sent.catch(() => {});
}

function moveMouse({ words }: Arguments, { machine }: CommandContext): string {
  const turned = Math.sign(whole(words.dz));
  give(machine.mouse.move(whole(words.dx), whole(words.dy)));
  // Away from the user is upwards here, and the wheel counts towards him.
  if (turned !== 0) give(machine.mouse.wheel(-turned));
  return '';
}

function whole(text: string | undefined): number {
  const number = Number.parseInt(text ?? '0', 10) || 0;
  return Math.min(Math.max(number, -MOST_MOVED), MOST_MOVED);
}

/** Left, right and middle in bits 0-2, as QEMU has them; its help names them in another order. */
function mouseButtons(state: number): number {
  return state & 7;
}

/** Commands that stand for keyboard and mouse. */
export const inputCommands: readonly Command[] = [
  {
    names: ['sendkey'],
    usage: 'keys [hold_ms]',
    help: "send keys to the VM (e.g. 'sendkey ctrl-alt-f1', default hold time=100 ms)",
    parameters: [
      { name: 'keys', type: 'word' },
      { name: 'hold', type: 'integer', optional: true },
    ],
    run: sendKeys,
  },
  {
    names: ['mouse_move'],
    usage: 'dx dy [dz]',
    help: 'send mouse move events',
    parameters: [
      { name: 'dx', type: 'word' },
      { name: 'dy', type: 'word' },
      { name: 'dz', type: 'word', optional: true },
    ],
    run: moveMouse,
  },
  {
    names: ['mouse_button'],
    usage: 'state',
    help: 'change mouse button state (1=L, 2=M, 4=R)',
    parameters: [{ name: 'state', type: 'integer' }],
    run: ({ numbers }, { machine }) => {
      give(machine.mouse.setButtons(mouseButtons(Number(numbers.state & 7n))));
      return '';
    },
  },
];
