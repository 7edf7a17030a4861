/** Something that a hash table may hold: only one, as it is the table's own list. */
export interface Hashed<Item> {
  hash: number;
  /** The next one in the same bucket. */
  chained: Item | null;
}

/** An odd number whose multiples spread over all 32 bits (the golden ratio of 2^32; Knuth, 6.4). */
const SPREAD = 0x9e3779b1;

/** A hash of one more number. */
export function hashWith(hash: number, value: number): number {
  const spread = Math.imul(hash ^ value, SPREAD);
  return spread ^ (spread >>> 15);
}

/**
 * A hash table of 2^`bits` buckets, by hashes that its user makes and compares. Adding to it and deleting from it allocates
 * nothing. A Map reallocates all its memory when half of what it holds was replaced, and V8 collects that late.
 */
export class HashTable<Item extends Hashed<Item>> {
  private readonly buckets: (Item | null)[];
  private readonly shift: number;
  size = 0;

  constructor(bits: number) {
    this.buckets = new Array(1 << bits).fill(null);
    this.shift = 32 - bits;
  }

  /** The first of those that may have a hash; the others are its `chained`. */
  first(hash: number): Item | null {
    return this.buckets[this.bucketOf(hash)];
  }

  add(item: Item, hash: number): void {
    const bucket = this.bucketOf(hash);
    item.hash = hash;
    item.chained = this.buckets[bucket];
    this.buckets[bucket] = item;
    this.size++;
  }

  /** Takes out an item that is in it. */
  delete(item: Item): void {
    const bucket = this.bucketOf(item.hash);
    let before: Item | null = null;
    for (let one = this.buckets[bucket]; one !== null && one !== item; one = one.chained) before = one;
    if (before === null) this.buckets[bucket] = item.chained;
    else before.chained = item.chained;
    item.chained = null;
    this.size--;
  }

  private bucketOf(hash: number): number {
    return Math.imul(hash, SPREAD) >>> this.shift;
  }
}
