import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BlockDisk } from '../../../../src/storage/blocks/disk.ts';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { FaultyStore } from '../faulty-store.ts';
import { everything, firstDifference, type Operation, operations, perform } from '../qcow2/operations.ts';
import { emptyImage, type Kind, kinds } from './images.ts';

/** Two blocks and a bit where blocks are of a megabyte, and some grains where they are of 64 KB. */
const SIZE = 3 * (1 << 20) + 512;

/** Operations on places of which each has another block, or the next one. */
const spread = (most: number) =>
  operations(24_576, most).map((list) =>
    list.map((operation): Operation => {
      if (operation.kind === 'flush') return operation;
      const length = Math.min(operation.length, 4096);
      return { ...operation, offset: Math.min(operation.offset * 128, SIZE - length), length };
    }),
  );

/** What must be in the image from a number of the store's changes on: the disk's bytes; `open` are those that may be others. */
interface Promised {
  readonly changes: number;
  readonly bytes: Uint8Array;
  readonly open: readonly (readonly [from: number, to: number])[];
}

async function record({ open }: Kind, store: FaultyStore, list: readonly Operation[]): Promise<Promised[]> {
  const disk = await open(store);
  const model = new Uint8Array(SIZE);
  let promised: Promised = { changes: 0, bytes: model.slice(), open: [] };
  const history = [promised];
  for (const operation of list) {
    if (operation.kind !== 'flush') {
      const range = [operation.offset, operation.offset + operation.length] as const;
      promised = { ...promised, changes: store.changes.length, open: [...promised.open, range] };
      history.push(promised);
    }
    await perform(disk, model, operation);
    if (operation.kind !== 'flush') continue;
    promised = { changes: store.changes.length, bytes: model.slice(), open: [] };
    history.push(promised);
  }
  return history;
}

async function expectSound({ open }: Kind, image: Uint8Array, promised: Promised): Promise<void> {
  const disk = (await open(new MemoryStore('after the crash', image))) as BlockDisk;
  expect((await disk.check()).errors).toEqual([]);
  const [bytes, wanted] = [await everything(disk), promised.bytes.slice()];
  for (const [from, to] of promised.open) wanted.set(bytes.subarray(from, to), from);
  expect(Buffer.compare(bytes, wanted)).toBe(0);
}

describe.each(kinds)('a $name image', (kind) => {
  test.each([
    ['the program is killed', (): boolean => true],
    ['the host loses its power', (n: number, salt: number): boolean => ((n * 2654435761 + salt) >>> 7) % 2 === 0],
  ])('has what was flushed after %s, whenever that is', async (_name, survives) => {
    const start = await emptyImage(kind, SIZE);
    await fc.assert(
      fc.asyncProperty(spread(12), fc.nat(), async (list, salt) => {
        const store = new FaultyStore(start);
        const history = await record(kind, store, list);
        const step = Math.max(1, Math.floor(store.changes.length / 6));
        for (let count = salt % step; count <= store.changes.length; count += step) {
          const promised = history.findLast(({ changes }) => changes <= count)!;
          await expectSound(kind, await store.after(count, (n) => survives(n, salt)), promised);
        }
      }),
      { numRuns: 8, seed: 1 },
    );
  });

  test('is whole when a store that was full has space again', async () => {
    const start = await emptyImage(kind, SIZE);
    await fc.assert(
      fc.asyncProperty(spread(12), fc.nat(40), async (list, budget) => {
        const store = new FaultyStore(start);
        const disk = (await kind.open(store)) as BlockDisk;
        store.budget = budget;
        for (const operation of list)
          await perform(disk, new Uint8Array(SIZE), operation).catch((error: Error) =>
            expect(error.message).toBe('faulty: no space left'),
          );
        store.budget = Number.POSITIVE_INFINITY;
        const model = new Uint8Array(SIZE).fill(9);
        await disk.write(0, model);
        await disk.flush();
        expect(firstDifference(await everything(disk), model)).toBe(-1);
        expect((await disk.check()).errors).toEqual([]);
      }),
      { numRuns: 10, seed: 1 },
    );
  });
});
