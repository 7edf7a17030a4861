import type { CodeContext } from './code-contexts.ts';
import type { CodePage } from './code-page.ts';
import { HashTable, hashWith } from './hash-table.ts';
import type { Records } from './records.ts';

/** The number of no code page, mapped or not: 0 is where none is mapped. */
export const NO_PAGE = -1;

const SLOT_BITS = 16;
const SLOTS = (1 << SLOT_BITS) - 1;
const GENERATIONS = (1 << (31 - SLOT_BITS)) - 1;
/** So many buckets (as a power of 2) for pages by where they are: a boot has some thousand pages. */
const BUCKET_BITS = 12;

/**
 * The code pages that are kept, by number and by where they are. A number is a slot and a generation: whoever remembers the number of a page
 * that was evicted or moved doesn't take it for that of the page which has the slot now.
 */
export class CodePages implements Iterable<CodePage> {
  private readonly slots: (CodePage | null)[] = [null];
  private readonly free: number[] = [];
  private made = 0;
  private readonly byPlace = new HashTable<CodePage>(BUCKET_BITS);

  get size(): number {
    return this.slots.length - 1 - this.free.length;
  }

  /** Room for more pages. */
  get room(): number {
    return SLOTS - this.size;
  }

  /** The page of a number that is in use; null for 0. */
  get(id: number): CodePage | null {
    return this.slots[id & SLOTS];
  }

  /** The page of a frame at a linear page in a context. */
  at(context: CodeContext, frame: number, linearPage: number): CodePage | null {
    let page = this.byPlace.first(hashOf(context, frame, linearPage));
    while (page !== null && !page.is(context, frame, linearPage)) page = page.chained;
    return page;
  }

  add(make: (id: number) => CodePage): CodePage {
    const slot = this.free.pop() ?? this.slots.length;
    const page = make(this.newNumber(slot));
    this.slots[slot] = page;
    this.place(page);
    return page;
  }

  /** Moves a page to another linear page (see CodePage.move), where it has another number. */
  move(page: CodePage, linearPage: number, records: Records): void {
    this.byPlace.delete(page);
    page.move(this.newNumber(page.id & SLOTS), linearPage, records);
    this.place(page);
  }

  private place(page: CodePage): void {
    this.byPlace.add(page, hashOf(page.context, page.frame, page.linearPage));
  }

  private newNumber(slot: number): number {
    return ((this.made++ & GENERATIONS) << SLOT_BITS) | slot;
  }

  delete(page: CodePage): void {
    this.byPlace.delete(page);
    this.slots[page.id & SLOTS] = null;
    this.free.push(page.id & SLOTS);
  }

  *[Symbol.iterator](): Generator<CodePage> {
    for (const page of this.slots) if (page !== null) yield page;
  }
}

function hashOf(context: CodeContext, frame: number, linearPage: number): number {
  return hashWith(hashWith(context.hash, frame), linearPage);
}
