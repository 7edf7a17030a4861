import { describe, expect, test } from 'vitest';
import { NO_RETRY, NvmeRig, Place, SECTORS } from './nvme-rig.ts';

const Admin = { log: 2, identify: 6, abort: 8, set: 9, get: 10, event: 12 } as const;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function identified(structure: number, namespace: number) {
  const rig = new NvmeRig().start();
  rig.bytes.fill(0xff, Place.data, Place.data + 4096);
  const { status } = rig.admin({ opcode: Admin.identify, namespace, words: [structure] });
  return { status, bytes: rig.data(4096), view: new DataView(rig.bytes.buffer, Place.data, 4096) };
}

describe('identify', () => {
  test('the controller', () => {
    const { bytes, view } = identified(1, 0);
    expect(text(bytes.slice(4, 24))).toBe(`abc${' '.repeat(17)}`);
    expect(text(bytes.slice(24, 64))).toBe(`QEMU NVMe Ctrl${' '.repeat(26)}`);
    expect(text(bytes.slice(768, 768 + 25))).toBe('nqn.2019-08.org.qemu:abc\0');
    expect([view.getUint16(0, true), view.getUint32(80, true), bytes[77]]).toEqual([0x1b36, 0x10400, 7]);
    // No optional commands of the administrator, no lists of scattered pieces.
    expect([view.getUint16(256, true), view.getUint32(536, true)]).toEqual([0, 0]);
  });

  test('the namespace', () => {
    const { bytes, view } = identified(0, 1);
    expect([0, 8, 16].map((at) => view.getBigUint64(at, true))).toEqual([1, 1, 1].map((n) => BigInt(n * SECTORS)));
    expect([bytes[25], view.getUint32(128, true)]).toEqual([0, 0x90000]);
    expect(bytes[99]).toBe(0);
    expect(identified(0, 2).bytes.every((byte) => byte === 0)).toBe(true);
  });

  test('a namespace that can only be read', () => {
    const rig = new NvmeRig({ isReadOnly: true }).start();
    rig.admin({ opcode: Admin.identify, namespace: 1, words: [0] });
    expect(rig.data(100)[99]).toBe(1);
  });

  test('lists', () => {
    expect(new Uint32Array(identified(2, 0).bytes.buffer).slice(0, 2)).toEqual(Uint32Array.of(1, 0));
    expect(identified(2, 1).bytes.every((byte) => byte === 0)).toBe(true);
    expect(identified(3, 1).bytes.slice(0, 8)).toEqual(Uint8Array.of(4, 1, 0, 0, 0, 0, 0, 0));
  });

  test.each([
    [0, 0, 0x00b],
    [0, 257, 0x00b],
    [0, 0xffffffff, 0x00b],
    [2, 0xfffffffe, 0x00b],
    [3, 2, 0x002],
    [3, 0, 0x00b],
    [0x44, 0, 0x002],
  ])('refused: structure %i of %i', (structure, namespace, code) => {
    expect(identified(structure, namespace).status).toBe(code | NO_RETRY);
  });
});

describe('features', () => {
  test.each([
    [1, 7, 0],
    [2, 0, 0],
    [4, 0x157, 4],
    [6, 1, 4],
    [7, 0x3f003f, 4],
    [8, 0, 0],
    [9, 0x10000, 0],
    [10, 0, 0],
    [11, 0, 4],
  ])('%i is %i, and may be what %i says', (feature, value, may) => {
    const rig = new NvmeRig().start();
    expect(rig.admin({ opcode: Admin.get, words: [feature] })).toMatchObject({ status: 0, result: value });
    expect(rig.admin({ opcode: Admin.get, words: [feature | 0x300] })).toMatchObject({ status: 0, result: may });
    const set = rig.admin({ opcode: Admin.set, words: [feature, 0x10001] });
    expect(set.status).toBe(may === 4 ? 0 : 0x10e | NO_RETRY);
  });

  test.each([
    [4, 0x150, 0],
    [4, 0x100120, 0x100000],
    [6, 0, 0],
    [11, 0x102, 0],
  ])('%i is changed to %i, and a reset takes that back', (feature, value, which) => {
    const rig = new NvmeRig().start();
    const get = (select = 0) => rig.admin({ opcode: Admin.get, words: [feature | select, which] }).result;
    const before = get();
    expect(rig.admin({ opcode: Admin.set, words: [feature, value] })).toMatchObject({ status: 0, result: 0 });
    expect([get(), get(0x100), get(0x200)]).toEqual([value & 0xffff, before, before]);
    rig.register(0x14, 0);
    rig.start();
    expect(get()).toBe(before);
  });

  test("that of errors is a namespace's", () => {
    const rig = new NvmeRig().start();
    const ask = (opcode: number, namespace: number) => rig.admin({ opcode, namespace, words: [5, 9] });
    expect([0, 2, 257, 0xffffffff].map((n) => ask(Admin.get, n).status & 0xfff)).toEqual([0xb, 2, 0xb, 0xb]);
    expect(ask(Admin.set, 1).status).toBe(0);
    expect(ask(Admin.get, 1)).toMatchObject({ status: 0, result: 9 });
    expect(ask(Admin.set, 0).status & 0xfff).toBe(0xb);
    expect(rig.admin({ opcode: Admin.get, namespace: 1, words: [0x305] }).result).toBe(6);
  });

  test.each<[string, number, number, number[], number]>([
    ['one that there is not', Admin.get, 0, [0x99], 0x002],
    ['one that there is not', Admin.set, 0, [0x99, 1], 0x002],
    ['one that there was never', Admin.get, 0, [0x406], 0x002],
    ['one of no vector', Admin.get, 0, [9, 65], 0x002],
    ['a value to be saved', Admin.set, 0, [0x80000006, 1], 0x10d],
    ['one of a namespace', Admin.set, 1, [6, 1], 0x10f],
    ['no queues', Admin.set, 0, [7, 0xffff], 0x002],
    ['a threshold of no kind', Admin.set, 0, [4, 0x200000], 0x002],
  ])('refused: %s', (_, opcode, namespace, words, code) => {
    expect(new NvmeRig().start().admin({ opcode, namespace, words }).status).toBe(code | NO_RETRY);
  });

  test('how many queues there are to be is told before there are any', () => {
    const rig = new NvmeRig().start();
    expect(rig.admin({ opcode: Admin.set, words: [7, 0] })).toMatchObject({ status: 0, result: 0x3f003f });
    rig.addQueue(1);
    expect(rig.admin({ opcode: Admin.set, words: [7, 0] }).status).toBe(0x00c | NO_RETRY);
  });
});

describe('logs', () => {
  const log = (rig: NvmeRig, page: number, { namespace = 0xffffffff, words = 128, offset = 0 } = {}) => {
    const asked = { opcode: Admin.log, namespace, words: [page | ((words - 1) << 16), 0, offset, 0] };
    return { ...rig.admin(asked), view: new DataView(rig.bytes.buffer, Place.data, 4096) };
  };

  test('of health, with what was moved', () => {
    const rig = new NvmeRig().start();
    rig.addQueue(1);
    rig.put(0x70000, ...Array.from({ length: 128 }, (_, n) => [0x81000 + n * 0x400, 0][0]!));
    rig.io(2, 0, 8);
    rig.io(1, 0, 8);
    const { view } = log(rig, 2);
    expect([view.getUint8(0), view.getUint16(1, true)]).toEqual([0, 323]);
    expect([32, 48, 64, 80, 160].map((at) => view.getUint32(at, true))).toEqual([1, 1, 1, 1, 0]);
  });

  test('of errors of the medium', () => {
    const rig = new NvmeRig().start();
    rig.addQueue(1);
    log(rig, 1, { words: 16 });
    expect(rig.get(Place.data)).toBe(0);
    rig.disk.bad.add(77);
    const { id } = rig.io(2, 77, 1);
    const { view } = log(rig, 1, { words: 16 });
    expect([0, 8, 16, 24].map((at) => view.getUint32(at, true))).toEqual([1, 1 | (id << 16), 77, 1]);
    expect(view.getUint16(12, true)).toBe(0x2281 << 1);
    expect(log(rig, 2).view.getUint32(160, true)).toBe(1);
  });

  test('of firmware', () => {
    const rig = new NvmeRig().start();
    log(rig, 3, { namespace: 0 });
    expect(text(rig.data(16))).toBe(`\x01${'\0'.repeat(7)}1.0     `);
  });

  test('of commands', () => {
    const rig = new NvmeRig().start();
    expect(log(rig, 5, { words: 1024 }).status).toBe(0);
    const words = [...new Uint32Array(rig.data(4096).buffer).entries()].filter(([, word]) => word !== 0);
    const admin = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12].map((opcode) => [opcode, 1]);
    expect(words).toEqual([...admin, [256, 3], [257, 3], [258, 1], [261, 1], [264, 3], [265, 3]]);
  });

  test('a part of one', () => {
    const rig = new NvmeRig().start();
    rig.bytes.fill(0xee, Place.data, Place.data + 16);
    expect(log(rig, 3, { offset: 504 }).status).toBe(0);
    expect(rig.data(9)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0xee));
  });

  test.each<[string, number, Parameters<typeof log>[2], number]>([
    ['a log that it does not have', 6, {}, 0x109],
    ['a reserved log', 0xee, {}, 0x109],
    ['no log', 0, {}, 0x109],
    ['health of no namespace', 2, { namespace: 0 }, 0x00b],
    ['health of another namespace', 2, { namespace: 2 }, 0x00b],
    ['an odd place', 2, { offset: 1 }, 0x002],
    ['beyond its end', 2, { offset: 512 }, 0x002],
  ])('refused: %s', (_, page, asked, code) => {
    expect(log(new NvmeRig().start(), page, asked).status).toBe(code | NO_RETRY);
  });
});

describe('events', () => {
  function waitingRig(events: number) {
    const rig = new NvmeRig().start();
    rig.admin({ opcode: Admin.set, words: [11, events] });
    return rig;
  }
  const wait = (rig: NvmeRig) => {
    const id = rig.submit(0, { opcode: Admin.event });
    rig.ring(0);
    return id;
  };

  test('the temperature is at its threshold', () => {
    const rig = waitingRig(2);
    const id = wait(rig);
    rig.submit(0, { opcode: Admin.set, namespace: 0, words: [4, 323] });
    rig.ring(0);
    const found = rig.completions(0);
    expect(found.find((one) => one.id === id)).toMatchObject({ status: 0, result: 0x020101 });
    rig.admin({ opcode: Admin.log, namespace: 0xffffffff, words: [2] });
    expect(rig.bytes[Place.data]).toBe(2);
  });

  test('the disk has another size: once before its log is read', () => {
    const rig = waitingRig(0x100);
    const id = wait(rig);
    rig.disk.insert(true, new Uint8Array(512 * 5000));
    expect(rig.completions(0)).toMatchObject([{ id, result: 0x040002 }]);
    const next = wait(rig);
    rig.disk.insert(true, new Uint8Array(512 * 6000));
    expect(rig.completions(0)).toEqual([]);
    const { id: read } = { id: rig.submit(0, { opcode: Admin.log, namespace: 0, words: [4 | (1023 << 16)] }) };
    rig.ring(0);
    expect(rig.completions(0).map((one) => one.id)).toEqual([next, read]);
    expect(rig.get(Place.data)).toBe(1);
    rig.admin({ opcode: Admin.log, namespace: 0, words: [4 | (1023 << 16)] });
    expect(rig.get(Place.data)).toBe(0);
    rig.admin({ opcode: Admin.identify, namespace: 1, words: [0] });
    expect(rig.get(Place.data)).toBe(6000);
  });

  test('one that nobody waits for is told to the next who does; one that is not wanted is not', () => {
    const rig = waitingRig(0x100);
    rig.disk.insert(true, new Uint8Array(512 * 5000));
    const id = wait(rig);
    expect(rig.completions(0)).toMatchObject([{ id }]);
    const other = waitingRig(0);
    other.disk.insert(true, new Uint8Array(512 * 5000));
    wait(other);
    expect(other.completions(0)).toEqual([]);
  });

  test('four may wait', () => {
    const rig = waitingRig(0);
    for (let n = 0; n < 4; n++) wait(rig);
    const id = wait(rig);
    expect(rig.completions(0)).toMatchObject([{ id, status: 0x105 | NO_RETRY }]);
  });
});

test.each([
  ['format', 0x80],
  ['firmware commit', 0x10],
  ['firmware download', 0x11],
  ['management of namespaces', 0x0d],
  ['self-test', 0x14],
  ['doorbells in memory', 0x7c],
  ['security', 0x81],
  ['none', 0xff],
])('a command that there is not: %s', (_, opcode) => {
  expect(new NvmeRig().start().admin({ opcode }).status).toBe(0x001 | NO_RETRY);
});

test('nothing is aborted', () => {
  const rig = new NvmeRig().start();
  expect(rig.admin({ opcode: Admin.abort, words: [1 << 16] })).toMatchObject({ status: 0, result: 1 });
  expect(rig.admin({ opcode: Admin.abort, words: [9] }).status).toBe(0x002 | NO_RETRY);
});

test('a list of scattered pieces is refused', () => {
  expect(new NvmeRig().start().admin({ opcode: Admin.identify, flags: 0x40, words: [1] }).status).toBe(2 | NO_RETRY);
});
