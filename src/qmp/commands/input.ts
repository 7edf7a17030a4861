import { holdKeys } from '../../input/held-keys.ts';
import { isKey } from '../../input/keys.ts';
import type { MouseButton } from '../../input/mouse.ts';
import type { Machine } from '../../machine.ts';
import { type Arguments, isObject, type JsonObject, type QmpCommand, type QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

/** Milliseconds that keys are held where it isn't said. */
const HOLD = 100;

/** Places on the screen go from 0 to this in each direction. */
const LAST_PLACE = 32767;

/** A machine that has ended takes no more input, and one that stands still takes it later. */
function give(sent: Promise<void>): void {
  sent.catch(() => {});
}

/** The name of a key: `{ type: 'qcode', data: 'a' }`. */
function keyOf(value: unknown): string {
  if (!isObject(value)) throw new QmpError("Invalid parameter type for 'keys', expected: object");
  const { type, data } = value;
  if (type !== 'qcode') throw new QmpError("keys are known by their names only; give 'type': 'qcode'");
  if (typeof data !== 'string' || !isKey(data)) throw new QmpError(`Parameter 'data' does not accept value '${data}'`);
  return data;
}

/** The answer comes before the keys are up. */
function sendKeys(args: Arguments, { machine }: QmpContext): void {
  void holdKeys(machine.keyboard, args.list('keys').map(keyOf), args.number('hold-time', HOLD));
}

const buttons: Readonly<Record<string, MouseButton>> = {
  ...{ left: 'left', middle: 'middle', right: 'right', side: 'back', extra: 'forward' },
};
const wheels: Readonly<Record<string, number>> = { 'wheel-up': -1, 'wheel-down': 1 };

/** What an event does to the machine, by its type. */
const events: Readonly<Record<string, (data: JsonObject) => (machine: Machine) => Promise<void>>> = {
  key: ({ key, down }) => {
    const name = keyOf(key);
    return ({ keyboard }) => (down === true ? keyboard.down(name) : keyboard.up(name));
  },
  btn: ({ button, down }) => {
    const [name, turn] = [buttons[`${button}`], wheels[`${button}`]];
    if (turn !== undefined) return ({ mouse }) => (down === true ? mouse.wheel(turn) : Promise.resolve());
    if (name === undefined) throw new QmpError(`Parameter 'button' does not accept value '${button}'`);
    return ({ mouse }) => (down === true ? mouse.down(name) : mouse.up(name));
  },
  rel: ({ axis, value }) => {
    if (axis !== 'x' && axis !== 'y') throw new QmpError(`Parameter 'axis' does not accept value '${axis}'`);
    if (!Number.isInteger(value)) throw new QmpError("Invalid parameter type for 'value', expected: integer");
    const distance = value as number;
    return ({ mouse }) => (axis === 'x' ? mouse.move(distance, 0) : mouse.move(0, distance));
  },
  abs: ({ axis, value }) => {
    if (axis !== 'x' && axis !== 'y') throw new QmpError(`Parameter 'axis' does not accept value '${axis}'`);
    if (!Number.isInteger(value)) throw new QmpError("Invalid parameter type for 'value', expected: integer");
    const place = Math.min(Math.max((value as number) / LAST_PLACE, 0), 1);
    return ({ mouse }) => mouse.moveTo(axis === 'x' ? place : mouse.place.x, axis === 'y' ? place : mouse.place.y);
  },
};

/** All events are checked before the first one is sent. */
function sendEvents(args: Arguments, { machine }: QmpContext): void {
  const actions = args.list('events').map((event) => {
    if (!isObject(event) || !isObject(event.data))
      throw new QmpError("Invalid parameter type for 'events', expected: object");
    const type = `${event.type}`;
    if (!Object.hasOwn(events, type)) throw new QmpError(`Parameter 'type' does not accept value '${type}'`);
    return events[type]!(event.data);
  });
  if (machine.state !== 'running') throw new QmpError('VM not running');
  for (const act of actions) give(act(machine));
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
