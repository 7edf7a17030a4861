import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Hashed, HashTable, hashWith } from '../../../runtime/exec/hash-table.ts';

class Item implements Hashed<Item> {
  hash = 0;
  chained: Item | null = null;
}

/** All items that the table finds by a hash. */
function found(table: HashTable<Item>, hash: number): Set<Item> {
  const items = new Set<Item>();
  for (let one = table.first(hash); one !== null; one = one.chained) if (one.hash === hash) items.add(one);
  return items;
}

test('a table holds what was added and not deleted', () => {
  // Few hashes, so that there are some in each bucket, and equal ones.
  const steps = fc.array(fc.record({ adds: fc.boolean(), hash: fc.integer({ min: -6, max: 6 }), pick: fc.nat() }));
  fc.assert(
    fc.property(steps, (all) => {
      const table = new HashTable<Item>(2);
      const items: Item[] = [];
      for (const { adds, hash, pick } of all) {
        if (adds) table.add(items[items.push(new Item()) - 1]!, hash);
        else if (items.length > 0) table.delete(items.splice(pick % items.length, 1)[0]!);
        expect(found(table, hash)).toEqual(new Set(items.filter((item) => item.hash === hash)));
      }
      expect(table.size).toBe(items.length);
    }),
  );
});

test('what was deleted leads nowhere, and can be added again', () => {
  const table = new HashTable<Item>(1);
  const [first, second] = [new Item(), new Item()];
  table.add(first, 1);
  table.add(second, 1);
  table.delete(second);
  expect(second.chained).toBeNull();
  table.add(second, 2);
  expect([...found(table, 1)]).toEqual([first]);
  expect([...found(table, 2)]).toEqual([second]);
});

test.each([0, 4, 12, 20])('numbers that differ from bit %i on do not meet in a few buckets', (shift) => {
  const table = new HashTable<Item>(10);
  const hashes = Array.from({ length: 1024 }, (_, n) => hashWith(hashWith(7, 3), n << shift));
  for (const hash of hashes) table.add(new Item(), hash);
  const longest = Math.max(...hashes.map((hash) => chainLength(table, hash)));
  expect(longest).toBeLessThan(10);
});

function chainLength(table: HashTable<Item>, hash: number): number {
  let length = 0;
  for (let one = table.first(hash); one !== null; one = one.chained) length++;
  return length;
}
