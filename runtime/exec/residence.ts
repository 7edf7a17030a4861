import type { CodePage } from './code-page.ts';
import type { CodePages } from './code-pages.ts';
import type { MappedPages } from './mapped-pages.ts';
import { capacityFor, RECORD_RESERVE } from './record-stock.ts';

/**
 * Estimates of the bytes of the host's memory that code takes. A record is 32 bytes, with what is beside it and its place in the index
 * twice as much; a node is 216 bytes in V8's heap; the others are rough. Contexts are not counted: each has a page, which takes many times
 * more. A translation counts with what V8 makes of it, for each guest instruction: less than the 4,500 bytes that a boot took where all was
 * translated at once.
 */
export const Cost = { page: 1600, record: 64, node: 220, translatedInstruction: 1000 } as const;

/** For how many records tables have room, for a cache with a bound in bytes. */
export function recordsWithin(bound: number): number {
  return capacityFor(Math.ceil(bound / Cost.record) + RECORD_RESERVE);
}

/** Number of looks at the use of pages while an empty cache fills. */
const LOOKS = 16;
/** Part of the bound that is free after pages were evicted. */
export const FREED = 1 / 8;
/** How many nodes, and how many pages, are evicted at a time at most from a cache with a bound in bytes. */
export function mostEvicted(bound: number): { nodes: number; pages: number } {
  return { nodes: (bound * FREED) / Cost.node, pages: (bound * FREED) / Cost.page };
}

/** Worth added to a page that was used since the last look; each look halves the worth that it had. */
const USED = 8;
/** Multiplied with a page's number it gives an order without meaning (the golden ratio of 2^32; Knuth, 6.4). */
const SCRAMBLE = 0x9e3779b1;

/**
 * Which code pages stay. Their use is sampled by time (measured in bytes made): all pages are unmapped, so that the
 * dispatcher must find those that still run. What is used in several of these spans is worth more than what runs once,
 * so that a large program that runs through does not drive out what runs all the time. Of pages of the same worth any
 * may go: if code runs in turns that is more than fits, the oldest would always be the one needed next.
 */
export class Residence {
  private readonly bound: number;
  private readonly pages: CodePages;
  private readonly mapped: MappedPages;
  /** Bytes that are taken now, and that were taken since the last look. */
  bytes = 0;
  private taken = 0;

  constructor(bound: number, pages: CodePages, mapped: MappedPages) {
    this.bound = bound;
    this.pages = pages;
    this.mapped = mapped;
  }

  /** Something for code in a page was made; a negative number of bytes is given back. */
  take(page: CodePage, bytes: number): void {
    page.bytes += bytes;
    this.bytes += bytes;
    if (bytes > 0) this.taken += bytes;
  }

  /** All that a page took is given back. */
  release(page: CodePage): void {
    this.bytes -= page.bytes;
    page.bytes = 0;
  }

  get isFull(): boolean {
    return this.bytes > this.bound || this.pages.room === 0;
  }

  get isLookDue(): boolean {
    return this.taken > this.bound / LOOKS;
  }

  /** Notes what was used since the last look. */
  look(): void {
    this.taken = 0;
    for (const page of this.pages) {
      page.worth = (page.worth >>> 1) + (page.used ? USED : 0);
      page.used = false;
      this.mapped.delete(page);
    }
  }

  /** The pages to evict: those worth least, until some room is free; at least so many bytes of it. */
  victims(least = 0): CodePage[] {
    const order = [...this.pages].sort(byWorth);
    const bytes = Math.max(this.bytes - this.bound * (1 - FREED), least);
    const pages = this.pages.size * FREED - this.pages.room;
    let freed = 0;
    const enough = order.findIndex((page, n) => {
      const done = freed >= bytes && n >= pages;
      freed += page.bytes;
      return done;
    });
    return enough < 0 ? order : order.slice(0, enough);
  }
}

function byWorth(a: CodePage, b: CodePage): number {
  return a.worth - b.worth || scrambled(a) - scrambled(b);
}

function scrambled({ id }: CodePage): number {
  return Math.imul(id, SCRAMBLE);
}
