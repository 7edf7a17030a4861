import { expect, test } from 'vitest';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { TableCache } from '../../../src/storage/table-cache.ts';
import { TableMemory } from '../../../src/storage/table-memory.ts';

const TABLE = 1024;

/** A cache of tables of so many bytes that counts how many of them it reads. */
function countedCache(memory: TableMemory, bytes = TABLE) {
  const store = new MemoryStore('image');
  const reads: number[] = [];
  const readCluster = async (offset: number) => {
    reads.push(offset);
    return new Uint8Array(bytes);
  };
  return { cache: new TableCache({ store, clusterSize: bytes, memory, readCluster }, 'table'), reads };
}

test('whole tables of several images have one bound', () => {
  const memory = new TableMemory(1000, 0);
  expect(memory.hold({ name: 'first' }, 600)).toHaveLength(600);
  expect(memory.hold({ name: 'second' }, 400)).toHaveLength(400);
  expect(() => memory.hold({ name: 'third' }, 1)).toThrow(
    'third: needs 1 bytes of memory for its tables beside 1000 of images that belong to it; 1000 are possible',
  );
});

test('caches of several images have one bound, and the one that loaded a table longest ago drops one first', async () => {
  const memory = new TableMemory(0, 3 * TABLE);
  const [first, second] = [countedCache(memory), countedCache(memory)];
  for (const offset of [0, 1, 2]) await first.cache.get(offset);
  await second.cache.get(0);
  await first.cache.get(1);
  await first.cache.get(2);
  expect(first.reads).toEqual([0, 1, 2]);
  await first.cache.get(0);
  expect(first.reads).toEqual([0, 1, 2, 0]);
  await second.cache.get(0);
  expect(second.reads).toEqual([0, 0]);
});

test('as many small tables are dropped as a large one of another image takes the place of', async () => {
  const memory = new TableMemory(0, 4 * TABLE);
  const [small, large] = [countedCache(memory), countedCache(memory, 3 * TABLE)];
  for (const offset of [0, 1, 2, 3]) await small.cache.get(offset);
  await large.cache.get(0);
  await small.cache.get(3);
  expect(small.reads).toEqual([0, 1, 2, 3]);
  await small.cache.get(2);
  expect(small.reads).toEqual([0, 1, 2, 3, 2]);
});

test('a table that is not in the file yet is not dropped for another image', async () => {
  const memory = new TableMemory(0, TABLE);
  const [first, second] = [countedCache(memory), countedCache(memory)];
  first.cache.add(0, new Uint8Array(TABLE).fill(1));
  await second.cache.get(0);
  expect((await first.cache.get(0)).bytes[0]).toBe(1);
  expect(first.reads).toEqual([]);
});
