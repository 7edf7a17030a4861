import { type ByteStore, StorageError } from './store.ts';

/** Bytes of whole tables, and of parts of tables that caches keep, at most. */
const [MOST_HELD, MOST_CACHED] = [256 << 20, 64 << 20];

/** A cache of tables that can do with fewer of them. */
export interface Evictable {
  /** Drops a table that the file has too; gives its bytes, 0 if there is none. */
  evict(): number;
}

/**
 * The memory that tables of an image take, together with those of its parts and of all images that it stands on. A bound for
 * each of them alone would not be one: a small file can name thousands.
 */
export class TableMemory {
  readonly #mostHeld: number;
  readonly #mostCached: number;
  #held = 0;
  #cached = 0;
  /** Caches that have tables; the one that loaded its last table longest ago comes first. */
  readonly #caches = new Set<Evictable>();

  /**
   * @param mostHeld bytes of whole tables
   * @param mostCached bytes of tables in caches
   */
  constructor(mostHeld = MOST_HELD, mostCached = MOST_CACHED) {
    this.#mostHeld = mostHeld;
    this.#mostCached = mostCached;
  }

  /**
   * Gives memory for a table that is held as a whole.
   * @throws StorageError if it would be too much with those before
   */
  hold(store: Pick<ByteStore, 'name'>, bytes: number): Uint8Array<ArrayBuffer> {
    if (!(this.#held + bytes <= this.#mostHeld)) {
      const others = this.#held === 0 ? '' : ` beside ${this.#held} of images that belong to it`;
      throw new StorageError(
        store,
        `needs ${bytes} bytes of memory for its tables${others}; ${this.#mostHeld} are possible`,
      );
    }
    this.#held += bytes;
    return new Uint8Array(bytes);
  }

  /** Counts a table that a cache is about to keep; tables that were used less lately are dropped for it. */
  keep(cache: Evictable, bytes: number): void {
    this.#caches.delete(cache);
    for (const other of this.#caches) {
      // Its tables may be smaller than this one.
      while (this.#cached + bytes > this.#mostCached && other.evict() > 0);
      if (this.#cached + bytes <= this.#mostCached) break;
      this.#caches.delete(other);
    }
    this.#caches.add(cache);
    this.#cached += bytes;
  }

  /** Counts a table that a cache has dropped by itself. */
  release(bytes: number): void {
    this.#cached -= bytes;
  }
}
