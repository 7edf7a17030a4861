import { describe, expect, test } from 'vitest';
import { Random } from '../../../support/random.ts';
import { FlashModel } from './model.ts';
import { FlashRig } from './rig.ts';

const numbered = (length: number) => Uint8Array.from({ length }, (_, n) => (n * 3 + (n >> 8)) & 0xff);
const makeRig = (): FlashRig => new FlashRig(numbered(0x10000));

describe('reads', () => {
  test('the array is memory until a command is given, and again after Read Array', () => {
    const rig = makeRig();
    expect([rig.isReadable, rig.load(5)]).toEqual([true, 15]);
    rig.command(0, 0x70);
    expect([rig.isReadable, rig.load(5)]).toEqual([false, 0x80]);
    rig.command(0x8000, 0xff);
    expect([rig.isReadable, rig.load(5)]).toEqual([true, 15]);
  });

  test('the query tells of command set, size, buffer and blocks (JESD68.01)', () => {
    const rig = makeRig();
    rig.command(0x55, 0x98);
    const table = Array.from({ length: 0x60 }, (_, n) => rig.load(n));
    expect(String.fromCharCode(...table.slice(0x10, 0x13))).toBe('QRY');
    expect([table[0x13], 2 ** table[0x27]!, 2 ** table[0x2a]!, table[0x2c]]).toEqual([1, 0x10000, 256, 1]);
    expect([(table[0x2d]! | (table[0x2e]! << 8)) + 1, (table[0x2f]! | (table[0x30]! << 8)) * 256]).toEqual([16, 4096]);
    expect(table.slice(0x52)).toEqual(Array(0x0e).fill(0));
  });

  test('the identifier tells of a locked block, and no other', () => {
    const rig = makeRig();
    rig.command(0x3000, 0x60, 0x01, 0x90);
    expect([0x2002, 0x3000, 0x3002, 0x4002].map((offset) => rig.load(offset))).toEqual([0, 0, 1, 0]);
  });
});

describe('writes', () => {
  test('a program clears bits and sets none; an erased block is ones', () => {
    const rig = makeRig();
    rig.command(0x1000, 0x40, 0x0f, 0xff);
    expect(rig.load(0x1000)).toBe(numbered(0x10000)[0x1000]! & 0x0f);
    rig.command(0x1234, 0x20, 0xd0, 0xff);
    expect([rig.load(0xfff), rig.load(0x1000), rig.load(0x1fff), rig.load(0x2000)]).toEqual([12, 255, 255, 32]);
    rig.command(0x1004, 0x10);
    rig.store(0x1004, 0x12345678, 4);
    rig.command(0, 0xff);
    expect(rig.load(0x1004, 4)).toBe(0x12345678);
  });

  test('a block is not erased before that is confirmed', () => {
    const rig = makeRig();
    rig.command(0x1000, 0x20, 0x33);
    expect(rig.load(0)).toBe(0xb0);
    rig.command(0, 0x50);
    expect(rig.array).toEqual(numbered(0x10000));
    rig.command(0x1000, 0x20, 0xff);
    expect([rig.isReadable, rig.array[0x1000]]).toEqual([true, 16]);
  });

  test('a buffer is programmed when it is confirmed, and only where data came for', () => {
    const rig = makeRig();
    rig.command(0x2000, 0x20, 0xd0);
    rig.command(0x2000, 0xe8, 2);
    for (const [n, value] of [0xa1, 0xa2, 0xa3].entries()) rig.store(0x2010 + n, value);
    expect(rig.array[0x2010]).toBe(0xff);
    rig.command(0x2000, 0xd0, 0xff);
    expect([...rig.array.subarray(0x200f, 0x2014)]).toEqual([0xff, 0xa1, 0xa2, 0xa3, 0xff]);
  });

  test('data that leave the buffer make it fail', () => {
    const rig = makeRig();
    rig.command(0x2000, 0xe8, 1);
    rig.store(0x2000, 0);
    rig.store(0x2100, 0);
    rig.command(0x2000, 0xd0);
    expect([rig.load(0), rig.array[0x2000]]).toEqual([0xb0, 32]);
  });

  test('a locked block stays, until all are unlocked or the machine is reset', () => {
    const rig = makeRig();
    rig.command(0x1000, 0x60, 0x01, 0x40, 0x00);
    expect([rig.load(0), rig.array[0x1000]]).toEqual([0x92, 16]);
    rig.command(0x1000, 0x50, 0x20, 0xd0);
    expect(rig.load(0)).toBe(0xa2);
    rig.command(0x5000, 0x60, 0xd0, 0x50, 0x40, 0x00);
    expect([rig.load(0), rig.array[0x5000]]).toEqual([0x80, 0]);
    rig.command(0x1000, 0x60, 0x01);
    rig.chip.reset();
    rig.command(0x1000, 0x40, 0x00);
    expect([rig.load(0), rig.array[0x1000]]).toEqual([0x80, 0]);
  });

  test('what can only be read has errors of program and erase', () => {
    const rig = makeRig();
    rig.image.isReadOnly = true;
    rig.command(0, 0x40, 0x00);
    expect(rig.load(0)).toBe(0x90);
    rig.command(0, 0x50, 0x20, 0xd0);
    expect([rig.load(0), rig.array[3]]).toEqual([0xa0, 9]);
    rig.settle();
    expect(rig.image.requests).toEqual([]);
  });
});

describe('the image', () => {
  test('blocks that were changed are written together when the array is read again, and flushed', () => {
    const rig = makeRig();
    rig.command(0x1000, 0x40, 0x00, 0x40, 0x00);
    rig.command(0x3000, 0x40, 0x00);
    expect(rig.image.requests).toEqual([]);
    rig.command(0, 0xff);
    expect(rig.image.requests).toEqual(['write 8+8', 'write 24+8', 'flush']);
    rig.settle();
    expect(rig.image.bytes).toEqual(rig.array);
  });

  test('they are written after a millisecond too, whatever is read', () => {
    const rig = makeRig();
    rig.command(0x1000, 0x40, 0x00);
    rig.advance(999_999);
    expect(rig.image.requests).toEqual([]);
    rig.advance(1);
    expect(rig.image.requests).toEqual(['write 8+8', 'flush']);
  });

  test('a reset writes what is left, and leaves the array as it is', () => {
    const rig = makeRig();
    rig.command(0x1000, 0x40, 0x00);
    rig.chip.reset();
    expect([rig.isReadable, rig.load(0x1000), rig.image.requests[0]]).toEqual([true, 0, 'write 8+8']);
  });

  test('a host that fails is nothing to the guest', () => {
    const rig = makeRig();
    rig.image.failure = 'io';
    rig.command(0x1000, 0x40, 0x00, 0xff);
    rig.settle();
    rig.command(0, 0x70);
    expect([rig.load(0), rig.array[0x1000]]).toEqual([0x80, 0]);
  });
});

test('a state has the command that is half given, and what is still to be written', () => {
  const rig = makeRig();
  rig.command(0x2000, 0x20, 0xd0, 0xe8, 0);
  rig.store(0x2003, 0x12);
  const other = new FlashRig(rig.array.slice());
  other.chip.component.load(rig.chip.component.save());
  other.chip.component.restored();
  expect([other.isReadable, other.load(0)]).toEqual([false, 0x80]);
  other.command(0x2000, 0xd0, 0xff);
  expect([other.array[0x2003], other.image.requests[0]]).toEqual([0x12, 'write 16+8']);
});

const codes = [0x10, 0x20, 0x40, 0x50, 0x60, 0x70, 0x90, 0x98, 0xd0, 0xe8, 0x01, 0xff];

/** A store to both by chance, or a load from both; what is not alike. */
function tryBoth(random: Random, rig: FlashRig, model: FlashModel): string | null {
  const offset = random.chance(70) ? random.below(0x300) : random.below(0x10000 - 3);
  const size = random.pick([1, 1, 1, 2, 4]);
  if (random.chance(50)) {
    const value = random.chance(60) ? random.pick(codes) : random.pick([0, 1, 2, random.word() >>> 0]);
    rig.store(offset, value, size);
    model.write(offset, size, value);
    return null;
  }
  const [told, expected] = [rig.load(offset, size) >>> 0, model.read(offset, size)];
  return expected === null || told === expected ? null : `${size} bytes at ${offset}: ${told}, not ${expected}`;
}

test.each([false, true])('accesses by chance are as in the data sheet (read-only: %s)', (isReadOnly) => {
  const random = new Random(isReadOnly ? 7 : 8);
  const rig = makeRig();
  rig.image.isReadOnly = isReadOnly;
  const model = new FlashModel(rig.array.slice(), isReadOnly);
  for (let n = 0; n < 100_000; n++) {
    expect(tryBoth(random, rig, model), `access ${n}`).toBe(null);
    if (random.chance(1)) rig.settle();
  }
  expect(rig.array).toEqual(model.array);
  rig.command(0, 0xff, 0xff, 0xff);
  rig.settle();
  expect(isReadOnly ? rig.image.requests : rig.image.bytes).toEqual(isReadOnly ? [] : rig.array);
});
