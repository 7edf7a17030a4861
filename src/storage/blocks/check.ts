import { type CheckResult, MOST_ERRORS } from '../check-result.ts';
import { StorageError } from '../store.ts';
import type { BlockMap, BlockPlace, BlockRun } from './map.ts';
import { UsedPlaces } from './used-places.ts';

/**
 * Checks that each block is within the file, and that no two are at one place. It ends at so many errors as are told apart:
 * the counts are those of the blocks up to there.
 */
export async function checkBlocks(map: BlockMap): Promise<CheckResult> {
  const check = new BlockCheck(map);
  await check.walk();
  return check.result();
}

class BlockCheck {
  readonly #map: BlockMap;
  readonly #total: number;
  readonly #errors: string[] = [];
  readonly #places: UsedPlaces;
  #allocated = 0;
  #compressed = 0;
  #fragmented = 0;
  /** Where the block after the last one would be, if it followed it; undefined: there was none. */
  #next: number | undefined;

  constructor(map: BlockMap) {
    this.#map = map;
    this.#total = Math.ceil(map.size / map.blockSize);
    this.#places = new UsedPlaces(map.store, map.blockSize);
  }

  /** Looks at what has a place; blocks without one are passed over in runs. */
  async walk(): Promise<void> {
    for (let block = 0; block < this.#total && this.#errors.length < MOST_ERRORS; ) {
      const { place, blocks } = await this.#runAt(block);
      block += blocks;
      if (place?.kind === 'packed') this.#compressed++;
      if (place?.kind === 'data') this.#count(place, blocks);
    }
  }

  async #runAt(block: number): Promise<BlockRun | { readonly place: undefined; readonly blocks: 1 }> {
    try {
      return await this.#map.run(block, this.#total - block);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#errors.push(error.message);
      return { place: undefined, blocks: 1 };
    }
  }

  #count({ offset }: BlockPlace & { kind: 'data' }, blocks: number): void {
    const { blockSize } = this.#map;
    if (this.#next !== undefined && offset !== this.#next) this.#fragmented++;
    this.#next = offset + blocks * blockSize;
    this.#allocated += blocks;
    for (let at = offset; at < this.#next && this.#errors.length < MOST_ERRORS; at += blockSize)
      if (!this.#places.take(at)) this.#errors.push(`two blocks share the place at byte ${at}`);
  }

  result(): CheckResult {
    return {
      errors: this.#errors,
      wrongFlags: 0,
      leaks: 0,
      endOffset: this.#map.store.size,
      totalClusters: this.#total,
      allocatedClusters: this.#allocated + this.#compressed,
      compressedClusters: this.#compressed,
      fragmentedClusters: this.#fragmented,
    };
  }
}
