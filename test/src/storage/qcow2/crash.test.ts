import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { checkQcow2 } from '../../../../src/storage/qcow2/check.ts';
import { createQcow2 } from '../../../../src/storage/qcow2/create.ts';
import { Qcow2Disk } from '../../../../src/storage/qcow2/disk.ts';
import { FaultyStore } from '../faulty-store.ts';
import { contents, MemoryHost } from '../memory-host.ts';
import { everything, firstDifference, type Operation, operations, perform } from './operations.ts';

const { decompressor } = new MemoryHost();
const SIZE = 20_000;

async function emptyImage(): Promise<Uint8Array> {
  const store = new MemoryStore('image');
  await createQcow2(store, { size: SIZE, clusterSize: 512 }, decompressor);
  return contents(store);
}

/** Bytes that must be in the image: those flushed and not touched since. Others are undefined. */
type Promised = (number | undefined)[];

/** Performs operations; after each, how many changes the store had seen and what it must hold from then on. */
async function record(
  store: FaultyStore,
  list: readonly Operation[],
): Promise<{ changes: number; promised: Promised }[]> {
  const disk = await Qcow2Disk.open(store, undefined, decompressor);
  const model = new Uint8Array(SIZE);
  let promised: Promised = Array.from(model);
  const history = [{ changes: 0, promised }];
  for (const operation of list) {
    if (operation.kind !== 'flush') {
      promised = promised.slice().fill(undefined, operation.offset, operation.offset + operation.length);
      history.push({ changes: store.changes.length, promised });
    }
    await perform(disk, model, operation);
    if (operation.kind !== 'flush') continue;
    promised = Array.from(model);
    history.push({ changes: store.changes.length, promised });
  }
  return history;
}

/** The image as it is when the host stops: it holds what was promised, and nothing in it is wrong. */
async function expectSound(image: Uint8Array, promised: Promised): Promise<void> {
  const result = await checkQcow2(new MemoryStore('after the crash', image));
  expect(result.errors).toEqual([]);
  const store = new MemoryStore('after the crash', image);
  const disk = await Qcow2Disk.open(store, undefined, decompressor);
  const bytes = await everything(disk);
  expect(await checkQcow2(store)).toMatchObject({ errors: [], leaks: 0 });
  expect(promised.findIndex((value, index) => value !== undefined && value !== bytes[index])).toBe(-1);
}

test.each([
  ['the program is killed', (): boolean => true],
  ['the host loses its power', (index: number, salt: number): boolean => ((index * 2654435761 + salt) >>> 7) % 2 === 0],
])('what was flushed is there after %s, whenever that is', async (_name, survives) => {
  const start = await emptyImage();
  await fc.assert(
    fc.asyncProperty(operations(SIZE, 14), fc.nat(), async (list, salt) => {
      const store = new FaultyStore(start);
      const history = await record(store, list);
      const step = Math.max(1, Math.floor(store.changes.length / 25));
      for (let count = salt % step; count <= store.changes.length; count += step) {
        const { promised } = history.findLast(({ changes }) => changes <= count)!;
        await expectSound(await store.after(count, (index) => survives(index, salt)), promised);
      }
    }),
    { numRuns: 40, seed: 1 },
  );
});

test('a store that is full is an error, and all is well when there is space again', async () => {
  const start = await emptyImage();
  await fc.assert(
    fc.asyncProperty(operations(SIZE, 12), fc.nat(60), async (list, budget) => {
      const store = new FaultyStore(start);
      const disk = await Qcow2Disk.open(store, undefined, decompressor);
      store.budget = budget;
      for (const operation of list) {
        await perform(disk, new Uint8Array(SIZE), operation).catch((error: Error) =>
          expect(error.message).toBe('faulty: no space left'),
        );
      }
      store.budget = Number.POSITIVE_INFINITY;
      const model = new Uint8Array(SIZE).fill(9);
      await disk.write(0, model);
      await disk.flush();
      expect(firstDifference(await everything(disk), model)).toBe(-1);
      expect((await checkQcow2(store)).errors).toEqual([]);
    }),
    { numRuns: 60, seed: 1 },
  );
});
