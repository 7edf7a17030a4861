import { describe, expect, test } from 'vitest';
import { contents, NO_RETRY, NvmeRig, Place, type RigOptions, SECTORS } from './nvme-rig.ts';

const Io = { flush: 0, write: 1, read: 2, compare: 5, zeroes: 8, datasets: 9 } as const;

function rigWithQueue(options: RigOptions = {}): NvmeRig {
  const rig = new NvmeRig(options).start();
  rig.addQueue(1);
  rig.disk.requests.length = 0;
  return rig;
}

/** Words of a list of pages, each of two. */
const list = (...pages: number[]): number[] => pages.flatMap((page) => [page, 0]);

test('sectors are read and written', () => {
  const rig = rigWithQueue();
  expect(rig.io(Io.read, 5, 3).status).toBe(0);
  expect(rig.data(3 * 512)).toEqual(contents().slice(5 * 512, 8 * 512));
  rig.bytes.fill(0xa5, Place.data, Place.data + 1024);
  expect(rig.io(Io.write, 9, 2).status).toBe(0);
  expect(rig.disk.bytes.slice(9 * 512, 11 * 512)).toEqual(new Uint8Array(1024).fill(0xa5));
  expect(rig.io(Io.flush, 0, 1).status).toBe(0);
  expect(rig.io(Io.flush, 0, 1, { namespace: 0xffffffff }).status).toBe(0);
  expect(rig.disk.requests).toEqual(['read 5+3', 'write 9+2', 'flush', 'flush']);
});

test('sectors go to the pages of two entries', () => {
  const rig = rigWithQueue();
  expect(rig.io(Io.read, 0, 8, { data: Place.data + 0xe00, second: 0x90000 }).status).toBe(0);
  expect(rig.data(512, Place.data + 0xe00)).toEqual(contents().slice(0, 512));
  expect(rig.data(7 * 512, 0x90000)).toEqual(contents().slice(512, 8 * 512));
});

test('sectors go to the pages of a list, which goes on elsewhere', () => {
  const rig = rigWithQueue();
  // Two entries are left of the page: one page, and where the list goes on.
  rig.put(0x70ff0, ...list(0x90000, 0x71000));
  rig.put(0x71000, ...list(0x92000, 0xa0000));
  const second = 0x70ff0;
  expect(rig.io(Io.read, 8, 4 * 8, { data: 0x94000, second }).status).toBe(0);
  const pages = [0x94000, 0x90000, 0x92000, 0xa0000];
  const bytes = contents();
  for (const [n, page] of pages.entries())
    expect(rig.data(4096, page)).toEqual(bytes.slice((8 + 8 * n) * 512, (16 + 8 * n) * 512));
});

test('sectors are moved part by part where they are many', () => {
  const rig = rigWithQueue();
  rig.put(0x70000, ...list(...Array.from({ length: 80 }, (_, n) => 0x81000 + n * 0x1000)));
  expect(rig.io(Io.read, 0, 600, { second: 0x70000 }).status).toBe(0);
  expect(rig.disk.requests).toEqual(['read 0+256', 'read 256+256', 'read 512+88']);
  expect(Buffer.from(rig.data(600 * 512)).equals(contents().subarray(0, 600 * 512))).toBe(true);
});

test('data in pages of 64 KB', () => {
  const rig = new NvmeRig();
  rig.register(0x24, 0xf000f);
  rig.register(0x28, 0x10000);
  rig.register(0x30, 0x20000);
  rig.register(0x14, 0x00460201);
  rig.put(0x10000, 6 | (1 << 16), 0);
  rig.put(0x10018, 0x8fff0, 0, 0x90000, 0, 1);
  rig.register(0x1000, 1);
  expect(rig.get(0x2000c) >>> 16).toBe(1);
  expect(rig.data(2, 0x8fff0)).toEqual(Uint8Array.of(0x36, 0x1b));
  expect(rig.data(8, 0x90008)).toEqual(Uint8Array.from(Buffer.from('QEMU NVM')));
});

test.each<[string, number, number, number, Parameters<NvmeRig['io']>[3]]>([
  ['beyond the disk', Io.read, SECTORS - 1, 0x080, { second: 0x90000 }],
  ['far beyond the disk', Io.read, 0, 0x080, { high: 1 }],
  ['zeros beyond the disk', Io.zeroes, SECTORS - 1, 0x080, {}],
  ['no namespace', Io.read, 0, 0x00b, { namespace: 0 }],
  ['a namespace that could not be', Io.read, 0, 0x00b, { namespace: 257 }],
  ['a namespace that is not', Io.write, 0, 0x002, { namespace: 2 }],
  ['all namespaces', Io.read, 0, 0x002, { namespace: 0xffffffff }],
  ['a flush of no namespace', Io.flush, 0, 0x00b, { namespace: 0 }],
  ['a flush of a namespace that is not', Io.flush, 0, 0x002, { namespace: 2 }],
  ['an unknown command', 0x7f, 0, 0x001, {}],
  ['a list of scattered pieces', Io.read, 0, 0x002, { flags: 0x40 }],
  ['memory that is not there', Io.read, 0, 0x004, { data: 0x7000000 }],
])('refused: %s', (_, opcode, block, code, asked) => {
  const rig = rigWithQueue();
  expect(rig.io(opcode, block, 2, asked).status).toBe(code | NO_RETRY);
  expect(rig.disk.requests).toEqual([]);
});

test.each<[string, number, number, number, number[]]>([
  ['too many sectors', 1025, 0x70000, 0x002, []],
  ['the second entry within a page', 16, 0x90008, 0x013, []],
  ['an entry of the list within a page', 24, 0x70000, 0x013, [0x90000, 0, 0x91010, 0]],
  ['an entry of the list that is nowhere', 24, 0x70000, 0x004, [0x90000, 0, 0x91000, 1]],
  ['a list that is nowhere', 24, 0x7000000, 0x004, []],
])('refused: %s', (_, blocks, second, code, words) => {
  const rig = rigWithQueue();
  rig.put(0x70000, ...words);
  expect(rig.io(Io.read, 0, blocks, { second }).status).toBe(code | NO_RETRY);
  expect(rig.disk.requests).toEqual([]);
});

test('a fused command is refused', () => {
  expect(rigWithQueue().io(Io.read, 0, 1, { flags: 1 }).status).toBe(2);
});

describe('what is written', () => {
  const FORCE = 0x4000;

  test('stays after a write with force unit access', () => {
    const rig = rigWithQueue();
    expect(rig.io(Io.write, 0, 1, { control: FORCE }).status).toBe(0);
    expect(rig.disk.requests).toEqual(['write 0+1', 'flush']);
  });

  test('stays after each write where the write cache is off', () => {
    const rig = rigWithQueue();
    rig.admin({ opcode: 9, words: [6, 0] });
    rig.io(Io.write, 0, 1);
    rig.io(Io.zeroes, 0, 1);
    expect(rig.disk.requests).toEqual(['write 0+1', 'flush', 'write 0+1', 'flush']);
  });

  test('zeros', () => {
    const rig = rigWithQueue();
    expect(rig.io(Io.zeroes, 8, 300).status).toBe(0);
    expect(rig.disk.requests).toEqual(['write 8+256', 'write 264+44']);
    const bytes = rig.disk.bytes.slice(7 * 512, 309 * 512);
    expect(bytes.slice(512, 301 * 512).every((byte) => byte === 0)).toBe(true);
    expect([bytes[1], bytes[301 * 512 + 1]].includes(0)).toBe(false);
  });

  test('what is deallocated', () => {
    const rig = rigWithQueue();
    // Attributes, blocks, the first one: the third of them is beyond the disk.
    rig.put(Place.data, 0, 16, 8, 0, 0, 0, 5, 0, 0, 8, SECTORS - 4, 0, 0, 4, SECTORS - 4, 0);
    expect(rig.ask(1, { opcode: Io.datasets, words: [3, 4] }).status).toBe(0);
    expect(rig.disk.requests).toEqual(['discard 8+16', `discard ${SECTORS - 4}+4`]);
    expect(rig.ask(1, { opcode: Io.datasets, words: [3, 0] }).status).toBe(0);
    expect(rig.disk.requests).toHaveLength(2);
  });

  test('is compared', () => {
    const rig = rigWithQueue();
    rig.bytes.set(contents().subarray(512, 1536), Place.data);
    expect(rig.io(Io.compare, 1, 2).status).toBe(0);
    rig.bytes[Place.data + 1000]!++;
    expect(rig.io(Io.compare, 1, 2).status).toBe(0x285);
  });

  test.each([Io.write, Io.zeroes, Io.datasets])('nothing is, of a disk that can only be read: %i', (opcode) => {
    const rig = rigWithQueue({ isReadOnly: true });
    expect(rig.ask(1, { opcode, words: [0, opcode === Io.datasets ? 4 : 0, 0] }).status).toBe(0x020 | NO_RETRY);
    expect(rig.disk.requests).toEqual([]);
  });
});

test.each<[number, 'io' | 'no-space' | 'no-medium' | 'read-only', number]>([
  [Io.read, 'io', 0x2281],
  [Io.write, 'io', 0x2280],
  [Io.flush, 'io', 0x2280],
  [Io.datasets, 'io', 0x2280],
  [Io.compare, 'io', 0x2281],
  [Io.write, 'no-space', 0x4081],
  [Io.write, 'read-only', 0x4020],
  [Io.read, 'no-medium', 0x0082],
])('an error of the host: command %i, %s', (opcode, failure, status) => {
  const rig = rigWithQueue();
  rig.put(Place.data, 0, 16, 8, 0);
  rig.disk.failure = failure;
  expect(rig.ask(1, { opcode, words: [0, opcode === Io.datasets ? 4 : 0, 0] }).status).toBe(status);
});
