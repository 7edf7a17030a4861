import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { REQUEST_TIME } from '../../../support/memory-block.ts';
import { AhciRig, DATA, disk, Is, Port, pattern } from './ahci-rig.ts';

test('several commands are under way at the same time', () => {
  const rig = new AhciRig(disk(2000)).start();
  for (const tag of [4, 31, 0]) rig.queue('read', tag, 10 * tag, 8, DATA + tag * 4096);
  expect([rig.read(Port.ci), rig.read(Port.sact), rig.read(Port.tfd)]).toEqual([0, 0x80000011, 0x50]);
  expect(rig.medium.requests).toEqual(['read 40+8', 'read 310+8', 'read 0+8']);
  rig.write(Port.is, 0xffffffff);
  rig.advance(REQUEST_TIME);
  expect([rig.read(Port.sact), rig.read(Port.is)]).toEqual([0x80000001, Is.deviceBits]);
  expect(rig.received(0x58, 8)).toEqual([0xa1, 0x40, 0x50, 0, 0x10, 0, 0, 0]);
  rig.settle();
  expect(rig.read(Port.sact)).toBe(0);
  for (const tag of [4, 31, 0]) {
    const expected = rig.medium.bytes.slice(tag * 5120, tag * 5120 + 4096);
    expect(rig.data(4096, DATA + tag * 4096)).toEqual(expected);
  }
});

test('a long one is asked for in parts', () => {
  const rig = new AhciRig(disk(2000)).start();
  const bytes = pattern(600 * 512, 7);
  rig.bytes.set(bytes, DATA);
  rig.queue('write', 2, 100, 600, DATA);
  rig.settle();
  expect(rig.medium.requests).toEqual(['write 100+256', 'write 356+256', 'write 612+88']);
  expect(rig.medium.bytes.slice(100 * 512, 700 * 512)).toEqual(bytes);
});

test('a write that is to stay is flushed', () => {
  const rig = new AhciRig(disk(2000)).start();
  rig.queue('write', 2, 100, 1, DATA, 0xc0);
  rig.settle();
  expect(rig.medium.requests).toEqual(['write 100+1', 'flush']);
  rig.issue(0xef, { features: 0x82 });
  rig.settle();
  rig.queue('write', 2, 100, 1, DATA);
  rig.settle();
  expect(rig.medium.requests.slice(2)).toEqual(['flush', 'write 100+1', 'flush']);
});

test('an error aborts all, and the log tells which it was', () => {
  const rig = new AhciRig(disk(2000)).start();
  rig.medium.bad.add(0x123);
  rig.queue('read', 5, 0x120, 8, DATA);
  rig.queue('read', 6, 8, 8, DATA);
  rig.write(Port.is, 0xffffffff);
  rig.settle();
  expect([rig.read(Port.sact), rig.read(Port.tfd), rig.read(Port.is)]).toEqual([
    0x60,
    0x4051,
    Is.taskFile | Is.deviceBits,
  ]);
  rig.write(Port.cmd, 0x10);
  expect(rig.read(Port.sact)).toBe(0);
  rig.write(Port.cmd, 0x11);
  rig.issue(0x2f, { sector: 0x10, count: 1, regions: [[DATA, 512]] });
  const log = rig.data(512);
  expect([...log.slice(0, 14)]).toEqual([5, 0, 0x51, 0x40, 0x20, 1, 0, 0x40, 0, 0, 0, 0, 8, 0]);
  expect(log.reduce((sum, byte) => sum + byte, 0) & 0xff).toBe(0);
  rig.issue(0x2f, { sector: 0x10, count: 1, regions: [[DATA, 512]] });
  expect(rig.data(1)[0]).toBe(0x80);
  rig.issue(0x2f, { sector: 0, count: 1, regions: [[DATA, 512]] });
  expect([rig.data(1)[0], rig.data(0x21)[0x20]]).toEqual([1, 1]);
});

test.each([
  ['a command that is not queued', (rig: AhciRig) => rig.issue(0xe5, { slot: 9 }), 0x441],
  ['a sector beyond the end', (rig: AhciRig) => rig.queue('read', 9, 1999, 2, DATA), 0x1041],
])('%s ends the queue with an error', (_, act, taskFile) => {
  const rig = new AhciRig(disk(2000)).start();
  rig.queue('read', 1, 8, 8, DATA);
  act(rig);
  rig.settle();
  expect(rig.read(Port.tfd)).toBe(taskFile);
  expect(rig.data(4096).every((byte) => byte === 0)).toBe(true);
  expect(rig.read(Port.is) & Is.taskFile).toBe(Is.taskFile);
});

test('a tag that is under way cannot be used again', () => {
  const rig = new AhciRig(disk(2000)).start();
  rig.queue('read', 1, 8, 8, DATA);
  rig.queue('read', 1, 16, 8, DATA);
  expect(rig.read(Port.tfd)).toBe(0x441);
});

test('a port that is stopped has no queue any more', () => {
  const rig = new AhciRig(disk(2000)).start();
  rig.queue('read', 1, 8, 8, DATA);
  rig.write(Port.cmd, 0x10);
  rig.settle();
  expect([rig.read(Port.sact), rig.data(4096).every((byte) => byte === 0)]).toEqual([0, true]);
});

test('what is queued goes on after a load', () => {
  const rig = new AhciRig(disk(2000)).start();
  rig.bytes.set(pattern(4096, 9), DATA);
  rig.queue('write', 3, 100, 8, DATA);
  rig.queue('read', 1, 300, 400, DATA + 0x10000);
  rig.advance(2 * REQUEST_TIME);
  const saved = structuredClone(saveComponents([rig.ahci.component]));
  const other = new AhciRig(disk(2000)).start();
  other.bytes.set(rig.bytes);
  loadComponents([other.ahci.component], saved);
  other.settle();
  expect(other.read(Port.sact)).toBe(0);
  expect(other.medium.requests).toEqual(['read 556+144']);
  expect(other.data(400 * 512, DATA + 0x10000)).toEqual(rig.medium.bytes.slice(300 * 512, 700 * 512));
});
