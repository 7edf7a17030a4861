import { expect, test } from 'vitest';
import { ByteQueue } from '../../../runtime/snapshot/byte-queue.ts';
import {
  byteQueue,
  bytes,
  describe as describeState,
  f64,
  flag,
  i32,
  list,
  type StateOf,
  starting,
  text,
  u8,
  u16,
  u32,
} from '../../../runtime/snapshot/describe.ts';
import { restore } from '../../support/restore.ts';

const channel = describeState({ count: u16, gate: flag });
const sample = describeState({
  small: u8,
  wide: u32,
  signed: i32,
  enabled: flag,
  deadline: f64,
  label: text,
  memory: bytes(3),
  channels: list(2, channel),
  queue: byteQueue,
  trigger: starting(u8, 14),
});

function changed(): StateOf<typeof sample> {
  const state = sample.create();
  state.small = 0xab;
  state.wide = 0xffffffff;
  state.signed = -2;
  state.enabled = true;
  state.deadline = Infinity;
  state.label = 'disk';
  state.memory.set([1, 2, 3]);
  state.channels[1].count = 0x1234;
  state.queue.push([7, 8]);
  return state;
}

test('a made state has zero values, or the starting ones', () => {
  const { queue, ...rest } = sample.create();
  expect(queue.length).toBe(0);
  expect(rest).toEqual({
    small: 0,
    wide: 0,
    signed: 0,
    enabled: false,
    deadline: 0,
    label: '',
    memory: new Uint8Array(3),
    channels: [
      { count: 0, gate: false },
      { count: 0, gate: false },
    ],
    trigger: 14,
  });
});

test('states share nothing', () => {
  const first = sample.create();
  first.channels[0].gate = true;
  first.memory[0] = 1;
  expect(sample.create().channels[0].gate).toBe(false);
  expect(sample.create().memory[0]).toBe(0);
});

test('what is saved loads into an existing object, in place', () => {
  const target = sample.create();
  const { memory, queue } = target;
  const [first] = target.channels;
  sample.load(target, sample.save(changed()));
  expect(sample.compare(target, changed())).toEqual([]);
  expect(target.memory).toBe(memory);
  expect(target.queue).toBe(queue);
  expect(target.channels[0]).toBe(first);
});

test('a saved state does not change with the state', () => {
  const state = changed();
  const saved = sample.save(state);
  state.memory[0] = 99;
  state.channels[1].count = 1;
  const loaded = sample.load(sample.create(), saved);
  expect(loaded.memory[0]).toBe(1);
  expect(loaded.channels[1].count).toBe(0x1234);
});

test('compare names every field that differs, with both values', () => {
  const right = changed();
  right.memory[2] = 0xff;
  right.channels[1].gate = true;
  right.queue.shift();
  expect(sample.compare(changed(), right)).toEqual([
    { path: 'memory[2]', left: '03', right: 'ff' },
    { path: 'channels[1].gate', left: 'false', right: 'true' },
    { path: 'queue', left: '7 8', right: '8' },
  ]);
});

test('show gives a line for each field', () => {
  expect(channel.show({ count: 0x1234, gate: true }, 'pit')).toEqual(['pit.count: 0x1234 (4660)', 'pit.gate: true']);
});

const saved = { count: 1, gate: true };
test.each([
  [{ count: 1 }, 'com1.gate: missing'],
  [{ ...saved, extra: 1 }, 'com1.extra: unknown field'],
  [{ ...saved, count: 0x10000 }, 'com1.count: expected u16, found 65536'],
  [{ ...saved, count: 1.5 }, 'com1.count: expected u16, found 1.5'],
  [{ ...saved, gate: 'yes' }, 'com1.gate: expected flag, found "yes"'],
  [[1, 2], 'com1: expected an object'],
])('loading %j fails and names the field', (wrong, message) => {
  expect(() => channel.bind('com1', channel.create()).load(wrong)).toThrow(message);
});

test.each([
  ['memory', new Uint8Array(4), 'memory: expected 3 bytes, found 4 bytes'],
  ['channels', [], 'channels: expected a list of 2, found a list of 0'],
  ['deadline', 'soon', 'deadline: expected f64, found "soon"'],
  ['queue', 1, 'queue: expected bytes'],
])('a wrong %s is named', (name, value, message) => {
  const whole = { ...(sample.save(changed()) as object), [name]: value };
  expect(() => sample.load(sample.create(), whole)).toThrow(message);
});

test('a component settles before it is saved, and is told of a load', () => {
  const state = channel.create();
  const calls: string[] = [];
  const component = channel.bind('pit', state, {
    settle: () => calls.push(`settle ${state.count++}`),
    restored: () => calls.push(`restored ${state.count}`),
  });
  const image = component.save();
  restore(component, { count: 9, gate: false });
  expect(component.compare(image)).toEqual([{ path: 'pit.count', left: '0xa (10)', right: '0x1 (1)' }]);
  expect(calls).toEqual(['settle 0', 'restored 9', 'settle 9']);
});

test('a byte queue keeps order over many pushes and shifts', () => {
  const queue = new ByteQueue();
  const taken: (number | undefined)[] = [];
  for (let i = 0; i < 1000; i++) {
    queue.push([i & 0xff, (i + 1) & 0xff]);
    taken.push(queue.shift());
  }
  expect(queue.length).toBe(1000);
  const all = [...taken, ...queue.toBytes()];
  expect(all).toEqual(Array.from({ length: 1000 }, (_, i) => [i & 0xff, (i + 1) & 0xff]).flat());
  queue.clear();
  expect(queue.shift()).toBeUndefined();
});
