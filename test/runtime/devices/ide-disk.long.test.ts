import { describe, expect, test } from 'vitest';
import { Register, Status } from '../../../runtime/ata/registers.ts';
import { disk, IdeRig, pattern } from './ide-rig.ts';

const READY = Status.ready | Status.seekComplete;
const REQUESTED = READY | Status.dataRequest;
const FAILED = Status.ready | Status.error;

const identity = (rig: IdeRig): Uint16Array => {
  rig.issue(0xec, { device: 0xa0 });
  return new Uint16Array(rig.readAll().buffer);
};

/** Bytes that stand for nothing, of so many sectors. */
const empty = (sectors: number) => ({ ...disk(0), bytes: new Uint8Array(sectors * 512) });

test('PIO: READ SECTORS gives sector by sector, with an interrupt for each', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0x20, { count: 2, sector: 5 });
  expect([rig.alternateStatus & Status.busy, rig.line.level]).toEqual([Status.busy, false]);
  rig.settle();
  expect([rig.line.level, rig.status, rig.line.level]).toEqual([true, REQUESTED, false]);
  expect(rig.readBytes(512)).toEqual([...rig.medium.bytes.subarray(5 * 512, 6 * 512)]);
  expect([rig.line.level, rig.status]).toEqual([true, REQUESTED]);
  expect(rig.readBytes(512)).toEqual([...rig.medium.bytes.subarray(6 * 512, 7 * 512)]);
  expect([rig.line.level, rig.status, rig.error]).toEqual([false, READY, 0]);
  expect(rig.registers()).toEqual([0, 7, 0, 0, 0xe0]);
  expect(rig.medium.requests).toEqual(['read 5+2']);
});

test('PIO: WRITE SECTORS takes the first without an interrupt, and tells when the medium has all', () => {
  const rig = new IdeRig(disk(100));
  const bytes = pattern(1024, 99);
  rig.issue(0x30, { count: 2, sector: 9 });
  expect([rig.line.level, rig.status]).toEqual([false, REQUESTED]);
  rig.writeBytes(bytes.subarray(0, 512));
  expect([rig.line.level, rig.status]).toEqual([true, REQUESTED]);
  rig.writeBytes(bytes.subarray(512));
  expect([rig.line.level, rig.status & Status.busy]).toEqual([false, Status.busy]);
  rig.settle();
  expect([rig.line.level, rig.status, rig.line.level]).toEqual([true, READY, false]);
  expect(rig.medium.bytes.subarray(9 * 512, 11 * 512)).toEqual(bytes);
});

test('PIO: the data port takes 32 bits too; 8 bits are not for it', () => {
  const rig = new IdeRig(disk(10));
  rig.issue(0x20, { count: 1, sector: 1 });
  rig.settle();
  const view = new DataView(rig.medium.bytes.buffer, 512);
  expect(rig.ports.read(rig.command, 1)).toBe(0xff);
  expect(rig.ports.read(rig.command, 4)).toBe(view.getUint32(0, true));
  expect(rig.ports.read(rig.command, 2)).toBe(view.getUint16(4, true));
});

test.each([0xc4, 0x29])('PIO: READ MULTIPLE %i gives blocks of the number that was set', (code) => {
  const rig = new IdeRig(disk(100));
  rig.issue(0xc6, { count: 4 });
  expect(rig.status).toBe(READY);
  const rises = rig.line.rises;
  (code === 0x29 ? rig.issueExtended : rig.issue).call(rig, code, { count: 6, sector: 3 });
  expect(rig.readAll()).toEqual(rig.medium.bytes.subarray(3 * 512, 9 * 512));
  expect(rig.line.rises - rises).toBe(2);
});

test.each([0xc5, 0x39])('PIO: WRITE MULTIPLE %i takes blocks of the number that was set', (code) => {
  const rig = new IdeRig(disk(100));
  const bytes = pattern(5 * 512, 33);
  rig.issue(0xc6, { count: 2 });
  const rises = rig.line.rises;
  (code === 0x39 ? rig.issueExtended : rig.issue).call(rig, code, { count: 5, sector: 20 });
  for (let at = 0; at < bytes.length; at += 1024) {
    expect(rig.status).toBe(REQUESTED);
    rig.writeBytes(bytes.subarray(at, at + 1024));
  }
  rig.settle();
  // Two blocks after the first, and the end.
  expect([rig.status, rig.line.rises - rises]).toEqual([READY, 3]);
  expect(rig.medium.bytes.subarray(20 * 512, 25 * 512)).toEqual(bytes);
});

test('PIO: a command of more sectors than the buffer has comes in several requests', () => {
  const rig = new IdeRig(disk(3000));
  rig.issueExtended(0x24, { count: 2100, sector: 100 });
  expect(rig.readAll()).toEqual(rig.medium.bytes.subarray(100 * 512, 2200 * 512));
  expect(rig.medium.requests).toEqual(['read 100+2048', 'read 2148+52']);
});

test('PIO: several words of the data port at once, within a block', () => {
  const rig = new IdeRig(disk(100));
  const block = new Uint8Array(1024);
  rig.issue(0x20, { count: 1, sector: 5 });
  expect(rig.ports.readBlock(rig.command, 2, block)).toBe(0);
  rig.settle();
  rig.readBytes(10);
  expect(rig.ports.readBlock(rig.command, 4, block.subarray(0, 101))).toBe(100);
  expect(rig.ports.readBlock(rig.command, 2, block.subarray(100))).toBe(402);
  expect(block.subarray(0, 502)).toEqual(rig.medium.bytes.subarray(5 * 512 + 10, 6 * 512));
  expect([rig.status, rig.ports.readBlock(rig.command, 2, block)]).toEqual([READY, 0]);
  rig.issue(0x30, { count: 1, sector: 6 });
  expect(rig.ports.writeBlock(rig.command, 2, pattern(600, 3))).toBe(512);
  rig.settle();
  expect(rig.medium.bytes.subarray(6 * 512, 7 * 512)).toEqual(pattern(512, 3));
});

describe('addresses', () => {
  test('a count of 0 means 256 sectors, and 65536 with 48 bits', () => {
    const rig = new IdeRig(empty(70000));
    rig.issue(0x40, { count: 0, sector: 1 });
    rig.settle();
    expect([rig.status, rig.registers()]).toEqual([READY, [0, 1, 1, 0, 0xe0]]);
    rig.issueExtended(0x42, { count: 0, sector: 10 });
    rig.settle();
    expect([rig.status, rig.registers(), rig.highRegisters()]).toEqual([READY, [0, 10, 0, 1, 0xe0], [0, 0, 0, 0]]);
  });

  test('48 bits reach beyond 28', () => {
    const rig = new IdeRig(empty(1));
    Object.defineProperty(rig.medium, 'bytes', { value: { length: 2 ** 40 * 512 } });
    const large = new IdeRig({ ...disk(0), bytes: rig.medium.bytes });
    expect(wide(identity(large), 100, 4)).toBe(2 ** 40);
    expect(wide(identity(large), 60, 2)).toBe(2 ** 28 - 1);
    large.issueExtended(0x27);
    expect([large.registers().slice(1, 4), large.highRegisters().slice(1)]).toEqual([
      [0xff, 0xff, 0xff],
      [0xff, 0xff, 0x00],
    ]);
    large.issue(0xf8);
    expect(large.registers().slice(1)).toEqual([0xff, 0xff, 0xff, 0xef]);
  });

  test('cylinders, heads and sectors are those of the translation that was set', () => {
    const rig = new IdeRig(disk(2000));
    rig.issue(0x91, { device: 0xa3, count: 10 });
    expect([...identity(rig).subarray(54, 59)]).toEqual([50, 4, 10, 2000, 0]);
    // Cylinder 2, head 1, sector 10.
    rig.issue(0x20, { device: 0xa1, count: 2, sector: 0x02_0a });
    expect(rig.readAll()).toEqual(rig.medium.bytes.subarray(99 * 512, 101 * 512));
    expect(rig.registers()).toEqual([0, 2, 2, 0, 0xa2]);
    rig.issue(0x20, { device: 0xa4, count: 1, sector: 1 });
    expect([rig.status, rig.error]).toEqual([FAILED, 0x10]);
    rig.ide.reset();
    expect([...identity(rig).subarray(54, 57)]).toEqual([2, 16, 63]);
  });

  test('a place beyond the end is not found', () => {
    const rig = new IdeRig(disk(100));
    rig.issue(0x20, { count: 2, sector: 100 });
    expect([rig.status, rig.error, rig.line.rises]).toEqual([FAILED, 0x10, 1]);
    expect(rig.medium.requests).toEqual([]);
  });

  test('sectors before the end are read first, and the registers name the one that is not there', () => {
    const rig = new IdeRig(disk(100));
    rig.issue(0x20, { count: 5, sector: 98 });
    expect(rig.readAll()).toEqual(rig.medium.bytes.subarray(98 * 512));
    expect([rig.status, rig.error, rig.registers()]).toEqual([FAILED, 0x10, [3, 100, 0, 0, 0xe0]]);
    expect(rig.medium.requests).toEqual(['read 98+2']);
  });

  test('sectors before the end are written first', () => {
    const rig = new IdeRig(disk(100));
    rig.issue(0x30, { count: 2, sector: 99 });
    rig.writeBytes(pattern(512, 7));
    rig.settle();
    expect([rig.status, rig.error, rig.registers()]).toEqual([FAILED, 0x10, [1, 100, 0, 0, 0xe0]]);
    expect(rig.medium.bytes.subarray(99 * 512)).toEqual(pattern(512, 7));
  });
});

const wide = (words: Uint16Array, at: number, count: number): number =>
  [...words.subarray(at, at + count)].reduceRight((value, word) => value * 65536 + word, 0);

describe('what goes wrong', () => {
  test('sectors before a bad one are read, and the registers name it', () => {
    const rig = new IdeRig(disk(100));
    rig.medium.bad.add(12);
    rig.issue(0x20, { count: 5, sector: 10 });
    expect(rig.readAll()).toEqual(rig.medium.bytes.subarray(10 * 512, 12 * 512));
    expect([rig.status, rig.error, rig.registers()]).toEqual([FAILED, 0x40, [3, 12, 0, 0, 0xe0]]);
    expect(rig.medium.requests).toEqual(['read 10+5', 'read 10+1', 'read 11+1', 'read 12+1']);
  });

  test.each(['read-only', 'io', 'no-space'] as const)('a write that fails is aborted: %s', (failure) => {
    const rig = new IdeRig(disk(100));
    rig.medium.failure = failure;
    rig.issue(0x30, { count: 1, sector: 1 });
    rig.writeBytes(pattern(512));
    rig.settle();
    expect([rig.line.level, rig.status, rig.error]).toEqual([true, FAILED, 0x04]);
  });

  test('a flush that fails is aborted', () => {
    const rig = new IdeRig(disk(100));
    rig.medium.failure = 'io';
    rig.issue(0xe7);
    rig.settle();
    expect([rig.status, rig.error]).toEqual([FAILED, 0x04]);
  });

  test.each([
    ['an unknown command', 0xf0, {}],
    ['NOP', 0x00, {}],
    ['READ MULTIPLE after SET MULTIPLE of 0', 0xc4, { count: 1, sector: 1 }],
    ['SMART without its key', 0xb0, { features: 0xda }],
    ['an unknown feature', 0xef, { features: 0x77 }],
    ['an unknown transfer mode', 0xef, { features: 3, count: 0x7f }],
    ['no sectors a track', 0x91, { count: 0 }],
  ])('%s is aborted', (_, code, registers) => {
    const rig = new IdeRig(disk(100));
    rig.issue(0xc6, { count: 0 });
    rig.issue(code, registers);
    expect([rig.status, rig.error]).toEqual([FAILED, 0x04]);
  });
});

test('commands that it does not know are told of, those that probe for other drives are not', () => {
  const rig = new IdeRig(disk(100));
  for (const code of [0x00, 0x08, 0xa1, 0xf0]) rig.issue(code);
  expect(rig.errors).toEqual(['ATA: unknown command of a disk f0']);
});

describe('settings', () => {
  test('without a write cache what is written is flushed before the command ends', () => {
    const rig = new IdeRig(disk(100));
    rig.issue(0xef, { features: 0x82 });
    rig.settle();
    expect(identity(rig)[85]! & 0x20).toBe(0);
    rig.issue(0x30, { count: 1, sector: 4 });
    rig.writeBytes(pattern(512));
    rig.settle();
    expect([rig.status, rig.medium.requests]).toEqual([READY, ['flush', 'write 4+1', 'flush']]);
  });

  test('transfer modes are told', () => {
    const rig = new IdeRig(disk(100));
    rig.issue(0xef, { features: 3, count: 0x22 });
    expect([identity(rig)[63], identity(rig)[88]]).toEqual([0x0407, 0x003f]);
    rig.issue(0xef, { features: 3, count: 0x44 });
    expect([identity(rig)[63], identity(rig)[88]]).toEqual([0x0007, 0x103f]);
  });

  test('names are padded, two characters a word', () => {
    const rig = new IdeRig(disk(100, { model: 'A model', serial: 'S-1', firmware: '2.0' }));
    const words = identity(rig);
    const textOf = (at: number, count: number) =>
      [...words.subarray(at, at + count)].map((word) => String.fromCharCode(word >> 8, word & 0xff)).join('');
    expect([textOf(27, 20), textOf(10, 10), textOf(23, 4)]).toEqual([
      'A model'.padEnd(40),
      'S-1'.padEnd(20),
      '2.0'.padEnd(8),
    ]);
  });

  test('SMART pages end with a checksum, and are not there while it is off', () => {
    const rig = new IdeRig(disk(100));
    const smart = (features: number, log = 0) => rig.issue(0xb0, { features, count: 1, sector: 0xc24f00 | log });
    for (const [features, log] of [[0xd0], [0xd1], [0xd5, 1]] as const) {
      smart(features, log);
      const page = rig.readAll();
      expect(page.length).toBe(512);
      expect(page.reduce((sum, byte) => sum + byte) & 0xff).toBe(0);
    }
    smart(0xda);
    expect([rig.status, rig.registers().slice(2, 4)]).toEqual([READY, [0x4f, 0xc2]]);
    smart(0xd9);
    smart(0xd0);
    expect([rig.status, rig.error]).toEqual([FAILED, 0x04]);
  });
});

test('registers and commands of a drive that is absent', () => {
  const rig = new IdeRig(disk(10));
  rig.put(Register.device, 0xf0);
  expect([rig.status, rig.error, rig.registers()]).toEqual([0, 0, [1, 1, 0xff, 0xff, 0xf0]]);
  rig.put(Register.status, 0xec);
  expect([rig.status, rig.line.rises]).toEqual([0, 0]);
  rig.command = 0x170;
  expect([rig.status, rig.registers()]).toEqual([0, [0, 0, 0, 0, 0]]);
});

test('a disk that gets another size says so when it is asked; its geometry stays', () => {
  const rig = new IdeRig(disk(1000));
  const geometry = identity(rig).slice(1, 7);
  rig.medium.insert(true, pattern(3000 * 512));
  expect(wide(identity(rig), 60, 2)).toBe(3000);
  expect(identity(rig).slice(1, 7)).toEqual(geometry);
  rig.issue(0x20, { count: 1, sector: 2999 });
  rig.settle();
  expect([rig.status, rig.readBytes(512)]).toEqual([REQUESTED, [...rig.medium.bytes.subarray(2999 * 512)]]);
});
