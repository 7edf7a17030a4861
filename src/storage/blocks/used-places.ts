import { StorageError } from '../store.ts';

/** Slots of a page, and the pages that are possible: 256 MB. */
const [PAGE, MOST_PAGES] = [1 << 8, 1 << 18];

/**
 * Places of blocks of one size, to find those that overlap. Memory grows with the places that are used, 4 bytes each, and not
 * with the size of the file, which may be only claimed.
 */
export class UsedPlaces {
  readonly #store: { readonly name: string };
  readonly #blockSize: number;
  /** For each slot of a block's size in the file, how far within it a block begins, and 1 more; 0: none does. */
  readonly #pages = new Map<number, Uint32Array>();

  /** @param store what messages begin with */
  constructor(store: { readonly name: string }, blockSize: number) {
    this.#store = store;
    this.#blockSize = blockSize;
  }

  /**
   * Takes the place at an offset; false if it is taken, in part or all of it.
   * @throws StorageError if there are too many to be remembered
   */
  take(offset: number): boolean {
    const slot = Math.floor(offset / this.#blockSize);
    const within = offset - slot * this.#blockSize + 1;
    const [before, own, after] = [this.#at(slot - 1), this.#at(slot), this.#at(slot + 1)];
    if (own !== 0 || before > within || (after !== 0 && after < within)) return false;
    this.#page(Math.floor(slot / PAGE))[slot % PAGE] = within;
    return true;
  }

  #page(number: number): Uint32Array {
    const known = this.#pages.get(number);
    if (known !== undefined) return known;
    if (this.#pages.size >= MOST_PAGES) throw new StorageError(this.#store, 'has too many blocks to be checked');
    const page = new Uint32Array(PAGE);
    this.#pages.set(number, page);
    return page;
  }

  #at(slot: number): number {
    return slot < 0 ? 0 : (this.#pages.get(Math.floor(slot / PAGE))?.[slot % PAGE] ?? 0);
  }
}
