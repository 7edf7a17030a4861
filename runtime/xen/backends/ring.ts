import type { BusMemory } from '../../memory/bus-memory.ts';
import type { StateOf } from '../../snapshot/describe.ts';
import { describe, u32 } from '../../snapshot/describe.ts';
import { PAGE_BYTES } from '../abi.ts';
import type { GrantTable } from '../grants.ts';

/** struct sring (ring.h). */
const Shared = { requestProduced: 0, requestEvent: 4, responseProduced: 8, responseEvent: 12, entries: 64 } as const;

/** Counters that run on: requests that were taken, and answers that were given. */
export const ringState = describe({ taken: u32, given: u32 });
export type RingState = StateOf<typeof ringState>;

/** Entries in a ring of so many pages. */
export function ringEntries(pages: number, entryBytes: number): number {
  return 2 ** Math.floor(Math.log2((pages * PAGE_BYTES - Shared.entries) / entryBytes));
}

/** A ring of requests and answers in pages that the front end grants. */
export class SharedRing {
  readonly #memory: BusMemory;
  readonly #grants: GrantTable;
  readonly #references: readonly number[];
  readonly #entryBytes: number;
  readonly #state: RingState;
  readonly #size: number;

  /** @param references one a page, as the store has them; undefined: the front end has not said it */
  constructor(
    { memory, grants }: { readonly memory: BusMemory; readonly grants: GrantTable },
    {
      references,
      entryBytes,
      state,
    }: { readonly references: readonly (string | undefined)[]; readonly entryBytes: number; readonly state: RingState },
  ) {
    this.#memory = memory;
    this.#grants = grants;
    this.#references = references.map((reference) => Number(reference ?? Number.NaN));
    this.#entryBytes = entryBytes;
    this.#state = state;
    this.#size = ringEntries(references.length, entryBytes);
  }

  /** Whether its pages may be used. */
  get isThere(): boolean {
    return this.#references.every((_, page) => this.#page(page) !== null);
  }

  #page(page: number): number | null {
    return this.#grants.pageOf(this.#references[page]!, 'write');
  }

  /** Requests that the front end has put there and that were not taken; more than the ring has room for are none. */
  get waiting(): number {
    const count = (this.#word(Shared.requestProduced) - this.#state.taken) >>> 0;
    return count > this.#size ? 0 : count;
  }

  /** The next request; there must be one. */
  take(): DataView {
    const bytes = new Uint8Array(this.#entryBytes);
    this.#move('read', this.#entry(this.#state.taken), bytes);
    this.#state.taken = (this.#state.taken + 1) >>> 0;
    return new DataView(bytes.buffer);
  }

  /** The front end is to tell when so many requests are there. True: they have come meanwhile. */
  awaitRequests(count: number): boolean {
    this.#setWord(Shared.requestEvent, this.#state.taken + count);
    return this.waiting >= count;
  }

  /** Puts an answer there, which `tell` shows the front end. */
  give(answer: Uint8Array): void {
    this.#move('write', this.#entry(this.#state.given), answer);
    this.#state.given = (this.#state.given + 1) >>> 0;
  }

  /** Shows the answers. True: the front end wants an event. */
  tell(): boolean {
    const before = this.#word(Shared.responseProduced);
    const { given } = this.#state;
    this.#setWord(Shared.responseProduced, given);
    return (given - this.#word(Shared.responseEvent)) >>> 0 < (given - before) >>> 0;
  }

  #entry(number: number): number {
    return Shared.entries + (number % this.#size) * this.#entryBytes;
  }

  /** Reads or writes at a place of the ring, whose pages are anywhere. What the front end has taken back reads as 0. */
  #move(way: 'read' | 'write', at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const offset = (at + done) % PAGE_BYTES;
      const part = bytes.subarray(done, done + PAGE_BYTES - offset);
      const page = this.#page(Math.floor((at + done) / PAGE_BYTES));
      if (page !== null) this.#memory[way](page + offset, part);
      done += part.length;
    }
  }

  #word(at: number): number {
    const bytes = new Uint8Array(4);
    this.#move('read', at, bytes);
    return new DataView(bytes.buffer).getUint32(0, true);
  }

  #setWord(at: number, value: number): void {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value >>> 0, true);
    this.#move('write', at, new Uint8Array(view.buffer));
  }
}
