import { isKey, keyName } from '../../input/keys.ts';
import { MOST_MOVED, type MouseButton } from '../../input/mouse.ts';
import type { Machine } from '../../machine/machine.ts';
import type { Arguments, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

/** Milliseconds of the guest's time that keys are held where it isn't said. */
const HOLD = 100;

/** Places on the screen go from 0 to this in each direction. */
const LAST_PLACE = 32767;

/** A machine that has ended takes no more input, and one that stands still takes it later. */
function give(sent: Promise<void>): void {
  sent.catch(() => {});
}

/** How a key is given: QEMU's KeyValue. */
const keyValue = { type: 'string', data: 'value' } as const;

/** The name of a key. Undefined: the keyboard has none of that number. */
function keyOf(value: Arguments): string | undefined {
  if (value.oneOf('type', ['number', 'qcode']) === 'number')
    return keyName(value.as({ type: 'string', data: 'integer' }).number('data'));
  const name = value.as({ type: 'string', data: 'string' }).text('data');
  if (!isKey(name)) throw new QmpError(`Parameter 'data' does not accept value '${name}'`);
  return name;
}

/** The answer comes before the keys are up. */
function sendKeys(args: Arguments, { machine }: QmpContext): void {
  const keys = args.each('keys', keyValue).map(keyOf);
  const names = keys.filter((name) => name !== undefined);
  const held = Math.max(args.number('hold-time', HOLD), 0);
  if (names.length > 0) give(machine.keyboard.press(names.join('-'), held));
}

const buttons = {
  ...{ left: 'left', middle: 'middle', right: 'right', side: 'back', extra: 'forward' },
} as const satisfies Record<string, MouseButton>;
/** Steps of the wheel; no mouse here has one that turns to the side. */
const wheels = { 'wheel-up': -1, 'wheel-down': 1, 'wheel-left': 0, 'wheel-right': 0 } as const;

const namesOf = <Value extends object>(values: Value) => Object.keys(values) as (keyof Value & string)[];

type Act = (machine: Machine) => Promise<void>;
const nothing: Act = async () => {};

function button(data: Arguments): Act {
  const name = data.oneOf('button', [...namesOf(buttons), ...namesOf(wheels)]);
  const isDown = data.isSet('down');
  if (name in buttons) {
    const one = buttons[name as keyof typeof buttons];
    return ({ mouse }) => (isDown ? mouse.down(one) : mouse.up(one));
  }
  const turn = wheels[name as keyof typeof wheels];
  return isDown && turn !== 0 ? ({ mouse }) => mouse.wheel(turn) : nothing;
}

function key(data: Arguments): Act {
  const name = keyOf(data.within('key', keyValue));
  if (name === undefined) return nothing;
  return ({ keyboard }) => (data.isSet('down') ? keyboard.down(name) : keyboard.up(name));
}

function movement(data: Arguments): Act {
  const axis = data.oneOf('axis', ['x', 'y']);
  const distance = Math.min(Math.max(data.number('value'), -MOST_MOVED), MOST_MOVED);
  return ({ mouse }) => (axis === 'x' ? mouse.move(distance, 0) : mouse.move(0, distance));
}

function place(data: Arguments): Act {
  const axis = data.oneOf('axis', ['x', 'y']);
  const value = Math.min(Math.max(data.number('value') / LAST_PLACE, 0), 1);
  return ({ mouse }) => mouse.moveTo(axis === 'x' ? value : mouse.place.x, axis === 'y' ? value : mouse.place.y);
}

const move = { axis: 'string', value: 'integer' } as const;
/** Kinds of input events (InputEvent of QEMU's schema): their parameters, and their effect on the machine. */
const kinds = {
  key: { parameters: { key: 'object', down: 'boolean' }, act: key },
  btn: { parameters: { button: 'string', down: 'boolean' }, act: button },
  rel: { parameters: move, act: movement },
  abs: { parameters: move, act: place },
} as const;

/** All events are checked before the first one is sent. */
function sendEvents(args: Arguments, { machine }: QmpContext): void {
  const device = args.textIfGiven('device');
  const events = args.each('events', { type: 'string', data: 'object' }).map((event) => {
    const type = event.oneOf('type', namesOf(kinds));
    const { parameters, act } = kinds[type];
    return { type, act: act(event.within('data', parameters)) };
  });
  // No display has a name.
  if (device !== undefined) throw new QmpError(`Device '${device}' not found`, 'DeviceNotFound');
  if (machine.state !== 'running') throw new QmpError('VM not running');
  if (events.some(({ type }) => type === 'abs') && !machine.mouse.pointers.some(({ isAbsolute }) => isAbsolute))
    throw new QmpError('Input handler not found for event type abs');
  for (const { act } of events) give(act(machine));
}

/** Commands that stand for keyboard and mouse. */
export const inputCommands: readonly QmpCommand[] = [
  { name: 'send-key', parameters: { keys: 'array', 'hold-time': 'integer?' }, run: sendKeys },
  {
    name: 'input-send-event',
    parameters: { events: 'array', device: 'string?', head: 'integer?' },
    run: sendEvents,
  },
];
