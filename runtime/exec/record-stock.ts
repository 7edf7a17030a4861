import { RECORD_SHIFT, RECORD_WORDS } from '../../translator/abi/record.ts';
import type { CodePage } from './code-page.ts';

const CHUNK_SHIFT = 6;
/** Records are handed out to a page by so many: what runs together lies together. */
export const RECORD_CHUNK = 1 << CHUNK_SHIFT;
const CHUNK_WORDS = RECORD_WORDS << CHUNK_SHIFT;
/** Number of records that are kept for code decoded before the dispatcher evicts some. */
export const RECORD_RESERVE = 16_384;

/** For how many records tables must have room, so that so many can be used: nobody gets the first chunk, as 0 is no record. */
export function capacityFor(records: number): number {
  return Math.ceil(records / RECORD_CHUNK + 1) * RECORD_CHUNK;
}

/** Hands out records to code pages, a chunk at a time. A record is an index of the views (abi/record.ts). */
export class RecordStock {
  /** Number of all records, those of the first chunk included. */
  readonly capacity: number;
  /** Number of records of the chunks so far. */
  made = RECORD_CHUNK;
  /** By chunk, whose it is. */
  private readonly owners: (CodePage | null)[] = [null];
  private readonly free: number[] = [];

  constructor(capacity: number) {
    if (capacity < capacityFor(0)) throw new Error('these tables were made for no records');
    this.capacity = capacity;
  }

  /** Whether so few records are left that code should be evicted before more is decoded. */
  get isShort(): boolean {
    return this.capacity - this.made + this.free.length * RECORD_CHUNK < RECORD_RESERVE;
  }

  /** The first free record of a page, with another one after it. */
  takeFirst(page: CodePage): number {
    if (page.freeEnd - page.free < 2 * RECORD_WORDS) this.addChunk(page);
    return this.takeNext(page);
  }

  /** The record after the one that was taken last from the beginning of a page's chunk. */
  takeNext(page: CodePage): number {
    const record = page.free;
    page.free += RECORD_WORDS;
    return record;
  }

  /** The last free record of a page. */
  takeLast(page: CodePage): number {
    if (page.free === page.freeEnd) this.addChunk(page);
    page.freeEnd -= RECORD_WORDS;
    return page.freeEnd;
  }

  /** Whether the record after one is free. */
  isLast(page: CodePage, record: number): boolean {
    return record + RECORD_WORDS === page.free && page.free < page.freeEnd;
  }

  private addChunk(page: CodePage): void {
    let chunk = this.free.pop();
    if (chunk === undefined) {
      if (this.made >= this.capacity) throw new Error('all records are taken');
      chunk = this.made * RECORD_WORDS;
      this.made += RECORD_CHUNK;
    }
    this.owners[chunk >>> (RECORD_SHIFT + CHUNK_SHIFT)] = page;
    page.chunks.push(chunk);
    page.free = chunk;
    page.freeEnd = chunk + CHUNK_WORDS;
  }

  /** Takes all records of a page back, and calls a function with the first of each chunk. Nobody may hold one any more. */
  release(page: CodePage, released: (chunk: number) => void): void {
    // One by one: V8 leaves the array its memory.
    for (let chunk = page.chunks.pop(); chunk !== undefined; chunk = page.chunks.pop()) {
      this.owners[chunk >>> (RECORD_SHIFT + CHUNK_SHIFT)] = null;
      released(chunk);
      this.free.push(chunk);
    }
    page.free = 0;
    page.freeEnd = 0;
  }

  /** The page of a record that is in use; null if that is gone. */
  pageOf(record: number): CodePage | null {
    return this.owners[record >>> (RECORD_SHIFT + CHUNK_SHIFT)];
  }
}
