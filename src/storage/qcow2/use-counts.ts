import { StorageError } from '../store.ts';

/** Clusters of a page, and the pages that are possible: 256 MB. */
const [PAGE, MOST_PAGES] = [1 << 10, 1 << 17];
/** The largest count that is told apart from larger ones. */
const MOST = 0xffff;

/** How often clusters of a file are used. Memory grows with those that are, and not with the size that the file claims. */
export class UseCounts {
  readonly #store: { readonly name: string };
  readonly #pages = new Map<number, Uint16Array>();

  /** @param store what messages begin with */
  constructor(store: { readonly name: string }) {
    this.#store = store;
  }

  get(cluster: number): number {
    return this.#pages.get(Math.floor(cluster / PAGE))?.[cluster % PAGE] ?? 0;
  }

  /** @throws StorageError if there are too many to be remembered */
  add(cluster: number, times: number): void {
    const page = this.#page(Math.floor(cluster / PAGE));
    page[cluster % PAGE] = Math.min(MOST, page[cluster % PAGE]! + times);
  }

  /** Whether any of these clusters may be used. */
  hasAny(from: number, end: number): boolean {
    for (let page = Math.floor(from / PAGE); page * PAGE < end; page++) if (this.#pages.has(page)) return true;
    return false;
  }

  #page(number: number): Uint16Array {
    const known = this.#pages.get(number);
    if (known !== undefined) return known;
    if (this.#pages.size >= MOST_PAGES) throw new StorageError(this.#store, 'is too large a file to be checked');
    const page = new Uint16Array(PAGE);
    this.#pages.set(number, page);
    return page;
  }
}
