import fc from 'fast-check';
import type { Disk } from '../../../../src/storage/store.ts';

/** Something that a guest does with its disk. */
export type Operation =
  | { readonly kind: 'write'; readonly offset: number; readonly length: number; readonly value: number }
  | { readonly kind: 'zero' | 'discard'; readonly offset: number; readonly length: number }
  | { readonly kind: 'flush' };

/** Operations on a disk of so many bytes. */
export function operations(size: number, most: number): fc.Arbitrary<Operation[]> {
  const range = fc.tuple(fc.nat(size), fc.nat(size), fc.boolean()).map(([a, b, isShort]) => ({
    offset: Math.min(a, b),
    length: isShort ? Math.min(Math.abs(a - b), 700) : Math.abs(a - b),
  }));
  const write = fc
    .tuple(range, fc.integer({ min: 1, max: 255 }))
    .map(([r, value]) => ({ kind: 'write' as const, ...r, value }));
  const empty = fc
    .tuple(range, fc.constantFrom('zero' as const, 'discard' as const))
    .map(([r, kind]) => ({ kind, ...r }));
  const flush = fc.constant({ kind: 'flush' as const });
  return fc.array(
    fc.oneof({ weight: 5, arbitrary: write }, { weight: 2, arbitrary: empty }, { weight: 2, arbitrary: flush }),
    {
      maxLength: most,
    },
  );
}

/** Does an operation with a disk, and with an array of bytes that it is compared with. */
export async function perform(disk: Disk, model: Uint8Array, operation: Operation): Promise<void> {
  if (operation.kind === 'flush') return disk.flush();
  const { offset, length } = operation;
  if (operation.kind === 'write') {
    model.fill(operation.value, offset, offset + length);
    await disk.write(offset, new Uint8Array(length).fill(operation.value));
  } else if (operation.kind === 'zero') {
    model.fill(0, offset, offset + length);
    await disk.zero(offset, length);
  } else {
    await disk.discard(offset, length);
    // Discarded bytes are zeros or as they were: the model takes what is there.
    await disk.read(offset, model.subarray(offset, offset + length));
  }
}

/** All bytes of a disk. */
export async function everything(disk: Disk): Promise<Uint8Array> {
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  return bytes;
}

/** Where two arrays differ first; -1: nowhere. */
export function firstDifference(actual: Uint8Array, expected: Uint8Array): number {
  if (actual.length !== expected.length) return Math.min(actual.length, expected.length);
  return actual.findIndex((byte, index) => byte !== expected[index]);
}
