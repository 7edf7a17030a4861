import type { CodeContext } from './code-contexts.ts';
import type { CodePage } from './code-page.ts';
import { HashTable, hashWith } from './hash-table.ts';
import type { Records } from './records.ts';

/** The number of no code page, mapped or not: 0 is where none is mapped. */
export const NO_PAGE = -1;

const SLOT_BITS = 16;
const SLOTS = (1 << SLOT_BITS) - 1;
const GENERATIONS = (1 << (31 - SLOT_BITS)) - 1;
/** Most pages that share a number: all of them are searched. */
const MOST_BESIDE = 32;
/** Number of buckets (as a power of 2) for pages by their places: a boot has some thousand pages. */
const BUCKET_BITS = 12;

/**
 * The code pages that are kept, by number and by where they are. A number is a slot and a generation: whoever remembers the number of a page
 * that was evicted doesn't take it for that of the page which has the slot now. Pages of one frame at one linear page, in several
 * contexts, may have one number: they are all mapped there, or none.
 */
export class CodePages implements Iterable<CodePage> {
  private readonly slots: (CodePage | null)[] = [null];
  private readonly free: number[] = [];
  private made = 0;
  private count = 0;
  private readonly byPlace = new HashTable<CodePage>(BUCKET_BITS);

  get size(): number {
    return this.count;
  }

  /** Room for more pages. */
  get room(): number {
    return SLOTS - (this.slots.length - 1 - this.free.length);
  }

  /** The first of the pages of a number that is in use; null for 0. The others follow it (CodePage.beside). */
  get(id: number): CodePage | null {
    return this.slots[id & SLOTS];
  }

  /** The page of a number that is of a context; null if there is none. */
  of(id: number, context: CodeContext): CodePage | null {
    let page = this.get(id);
    while (page !== null && page.context !== context) page = page.beside;
    return page;
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
    this.count++;
    this.place(page);
    return page;
  }

  /**
   * Gives a page the number of another one of the same frame at the same linear page, but where too many have that. Neither is ever moved,
   * and both are of one state key (CodePage.mayShareNumber).
   * Whoever knows it by its former number still finds it there: that is the frame's at the linear page too.
   */
  join(page: CodePage, id: number): void {
    const slot = id & SLOTS;
    let others = 0;
    for (let one = this.slots[slot]; one !== null; one = one.beside) others++;
    if (others >= MOST_BESIDE) return;
    this.takeOut(page);
    page.id = id;
    page.beside = this.slots[slot];
    this.slots[slot] = page;
  }

  /** Moves a page to another linear page (see CodePage.move). */
  move(page: CodePage, linearPage: number, records: Records): void {
    this.byPlace.delete(page);
    page.move(linearPage, records);
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
    this.takeOut(page);
    this.count--;
  }

  /** Its number is no longer its own; where nobody else has it, it is free. */
  private takeOut(page: CodePage): void {
    const slot = page.id & SLOTS;
    let before: CodePage | null = null;
    for (let one = this.slots[slot]; one !== page; one = one!.beside) before = one;
    if (before !== null) before.beside = page.beside;
    else this.slots[slot] = page.beside;
    page.beside = null;
    if (this.slots[slot] === null) this.free.push(slot);
  }

  /** Each may be deleted when it is given. */
  *[Symbol.iterator](): Generator<CodePage> {
    for (const first of this.slots) {
      for (let page = first; page !== null; ) {
        const next: CodePage | null = page.beside;
        yield page;
        page = next;
      }
    }
  }
}

function hashOf(context: CodeContext, frame: number, linearPage: number): number {
  return hashWith(hashWith(context.hash, frame), linearPage);
}
