import { afterAll, expect, test } from 'vitest';
import { Step } from '../../../runtime/devices/floppy82077/state.ts';
import { queuesState } from '../../../runtime/devices/nvme/state.ts';
import { compareComponents } from '../../../runtime/snapshot/components.ts';
import {
  choice,
  describe,
  flag,
  indexOf,
  integer,
  real,
  type Saved,
  u8,
  u32,
  where,
} from '../../../runtime/snapshot/describe.ts';
import { StormyMachine } from '../../support/stormy-machine.ts';

const state = describe(
  {
    small: integer(2, 5),
    index: indexOf(3),
    part: real(-1, 1),
    step: choice([1, 4]),
    even: where(u8, 'an even number', (n) => n % 2 === 0),
    isOn: flag,
  },
  { expected: 'an index other than 0 while it is on', holds: ({ isOn, index }) => !isOn || index > 0 },
);
const fitting = { small: 2, index: 0, part: 0, step: 1, even: 0, isOn: false };

test.each<[string, Saved, string]>([
  ['small', 6, 'chip.small: expected an integer from 2 to 5, found 6'],
  ['small', 1, 'chip.small: expected an integer from 2 to 5, found 1'],
  ['index', 3, 'chip.index: expected an integer from 0 to 2, found 3'],
  ['part', 1.5, 'chip.part: expected a number from -1 to 1, found 1.5'],
  ['step', 2, 'chip.step: expected one of 1, 4, found 2'],
  ['even', 3, 'chip.even: expected an even number, found 3'],
  ['isOn', true, 'chip: expected an index other than 0 while it is on, found an object'],
])('a value out of its bounds is refused by name, and changes nothing: %s = %s', (name, value, message) => {
  const present = state.create();
  const component = state.bind('chip', present);
  expect(component.save()).toEqual(fitting);
  expect(() => component.check({ ...fitting, [name]: value })).toThrow(message);
  expect(present).toEqual(fitting);
});

test('places of a queue of an NVMe controller are within it; one that was deleted keeps them', () => {
  const component = queuesState.bind('queues', queuesState.create());
  const withFirst = (entries: number): Saved =>
    changed(component.save(), ['submissions', 1], { entries, address: 0, head: 4, tail: 0, completion: 0 });
  expect(() => component.check(withFirst(4))).toThrow('queues.submissions[1]: expected places within the queue');
  component.check(withFirst(5));
  component.check(withFirst(0));
});

test('32 bits that a chip holds signed are saved unsigned', () => {
  const words = describe({ word: u32 });
  const component = words.bind('chip', { word: -2 });
  expect(component.save()).toEqual({ word: 0xfffffffe });
  expect(component.compare({ word: 0xfffffffe })).toEqual([]);
  expect(component.compare({ word: 1 })).toHaveLength(1);
});

const machine = new StormyMachine('std');
afterAll(() => machine.core.dispose());

/** The state with another value at a place such as `['processors', 'current']`. */
function changed(saved: Saved, [name, ...rest]: readonly (string | number)[], value: Saved): Saved {
  if (name === undefined) return value;
  const inner = changed((saved as Readonly<Record<string, Saved>>)[name]!, rest, value);
  return Array.isArray(saved) ? saved.with(Number(name), inner) : { ...(saved as object), [name]: inner };
}

test.each<[(string | number)[], Saved, string]>([
  [['processors', 'current'], 2, 'processors.current: expected an integer from 0 to 1, found 2'],
  [['processors', 'holder'], 200, 'processors.holder: expected an integer from 0 to 1, found 200'],
  [['processors', 'wanted'], 7, 'processors.wanted: expected an integer from -1 to 1, found 7'],
  [['processors', 'wanted'], -2, 'processors.wanted: expected an integer from -1 to 1, found -2'],
  [
    ['sb16', 'transfers', 0, 'bytesPerSecond'],
    0xffffffff,
    'sb16.transfers[0].bytesPerSecond: expected an integer from 0 to 192000',
  ],
  [
    ['sb16', 'transfers', 1, 'isRunning'],
    true,
    'sb16.transfers[1]: expected bytes in each second of a transfer that is running',
  ],
  [
    ['xhci', 'registers', 'connectors', 0, 'endpoints', 0, 'state'],
    1,
    'xhci.registers.connectors[0].endpoints[0]: expected a packet size other than 0',
  ],
  [['clock', 'time'], Number.MAX_SAFE_INTEGER, 'clock.time: expected a number from 0 to'],
  [
    ['power management', 'nextCarry'],
    Number.MAX_SAFE_INTEGER,
    'power management.nextCarry: expected an integer from 0 to',
  ],
  [['ehci', 'status'], 0xfffffffe, 'ehci.status: expected u16, found 4294967294'],
  [['cpu 1', 'interruptShadow'], 0xfffffffe, 'cpu 1.interruptShadow: expected one of 0, 1, 2, 3'],
  [['cpu', 'cr0'], 0x20000011, 'cpu.cr0: expected a CR0 with CD where NW is set, found 536870929'],
  [['cpu 1', 'halted'], 4, 'cpu 1.halted: expected one of 0, 1, 2, 3'],
  [
    ['pit', 'channels', 0, 'countRegister'],
    0x10001,
    'pit.channels[0].countRegister: expected an integer from 0 to 65536',
  ],
  [['pit', 'channels', 0, 'access'], 4, 'pit.channels[0].access: expected an integer from 0 to 3'],
  [
    ['sound', 'frame'],
    Number.MAX_SAFE_INTEGER,
    'sound: expected a frame within the time that there is, found an object',
  ],
  [['opl3', 'sample'], 1e300, 'opl3.sample: expected an integer from 0 to'],
  [['opl3', 'sample'], 0.5, 'opl3.sample: expected an integer from 0 to'],
  [['hpet', 'since'], 0.5, 'hpet.since: expected an integer from 0 to'],
  [['events', 'sound'], -1e300, 'events.sound: expected a virtual time'],
  [['events', 'sound'], 1e300, 'events.sound: expected a virtual time'],
])('a machine refuses %j = %j, and is as it was', (place, value, message) => {
  const { core } = machine;
  const before = structuredClone(core.save());
  const state = changed(before as Saved, place, value) as typeof before;
  expect(() => core.load(state)).toThrow(message);
  const changes = compareComponents(core.components, before);
  expect(changes.filter(({ path }) => path !== 'clock.time')).toEqual([]);
});

test.each([0, 1, 2, 3])(
  'a floppy transfer of a state is under way in drive %i, or forgotten where there is none',
  (unit) => {
    const { core } = machine;
    const before = structuredClone(core.save());
    const floppy = changed(before as Saved, ['floppy', 'transfer', 'step'], Step.diskRead);
    core.load(changed(floppy, ['floppy', 'command', 1], unit) as typeof before);
    core.load(before);
  },
);
