import { holdKeys } from '../input/held-keys.ts';
import { keyNumber } from '../input/keys.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** Milliseconds that keys are held where it isn't said. */
const HOLD = 100;
/** As far as the mouse moves at once. */
const MOST_MOVED = 32767;

/** Waits while the keys are held, not until the guest has taken them: it may take none. */
async function sendKeys({ words, numbers }: Arguments, { machine }: CommandContext): Promise<void> {
  const keys = words.keys.split('-');
  for (const key of keys) checkKey(key);
  await holdKeys(machine.keyboard, keys, Number(numbers.hold ?? HOLD));
}

function checkKey(name: string): void {
  try {
    keyNumber(name);
  } catch {
    throw new MonitorError(`invalid parameter: ${name}`);
  }
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

/** The mouse has left, right and middle in bits 0-2. */
function mouseButtons(state: number): number {
  return (state & 1) | ((state & 4) >> 1) | ((state & 2) << 1);
}

/** Commands that stand for keyboard and mouse. */
export const inputCommands: readonly Command[] = [
  {
    names: ['sendkey'],
    usage: 'keys [hold_ms]',
    help: "send keys to the VM (e.g. 'sendkey ctrl-alt-f1', default hold time=100 ms)",
    parameters: [
      { name: 'keys', type: 'word' },
      { name: 'hold', type: 'number', optional: true },
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
    parameters: [{ name: 'state', type: 'number' }],
    run: ({ numbers }, { machine }) => {
      give(machine.mouse.setButtons(mouseButtons(Number(numbers.state & 7n))));
      return '';
    },
  },
];
