import { MemoryStore } from '../../../src/storage/memory-store.ts';

/** Reads of an image by one check or use of it; more would not end. */
const MOST_READS = 20_000;

/** Tells of a reader that reads on and on. */
export class CountedStore extends MemoryStore {
  #reads = 0;

  override read(offset: number, target: Uint8Array): Promise<void> {
    if (++this.#reads > MOST_READS) throw new Error('reads without end');
    return super.read(offset, target);
  }
}
