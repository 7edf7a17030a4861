import type { CodePage } from './code-page.ts';

/** The number of no code page, mapped or not: 0 is where none is mapped. */
export const NO_PAGE = -1;

const SLOT_BITS = 16;
const SLOTS = (1 << SLOT_BITS) - 1;
const GENERATIONS = (1 << (31 - SLOT_BITS)) - 1;

/**
 * The code pages that are kept, by number. A number is a slot and a generation: whoever remembers the number of a page
 * that was evicted or moved doesn't take it for that of the page which has the slot now.
 */
export class CodePages implements Iterable<CodePage> {
  private readonly slots: (CodePage | null)[] = [null];
  private readonly free: number[] = [];
  private made = 0;

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

  /** Whether a page is still kept. */
  has(page: CodePage): boolean {
    return this.get(page.id) === page;
  }

  add(make: (id: number) => CodePage): CodePage {
    const slot = this.free.pop() ?? this.slots.length;
    const page = make(this.newNumber(slot));
    this.slots[slot] = page;
    return page;
  }

  /** Another number for a page. */
  renumber(page: CodePage): number {
    return this.newNumber(page.id & SLOTS);
  }

  private newNumber(slot: number): number {
    return ((this.made++ & GENERATIONS) << SLOT_BITS) | slot;
  }

  delete(page: CodePage): void {
    this.slots[page.id & SLOTS] = null;
    this.free.push(page.id & SLOTS);
  }

  *[Symbol.iterator](): Generator<CodePage> {
    for (const page of this.slots) if (page !== null) yield page;
  }
}
