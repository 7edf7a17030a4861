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

/** A ring of requests and answers in a page that the front end grants. */
export class SharedRing {
  readonly #memory: BusMemory;
  readonly #grants: GrantTable;
  readonly #reference: number;
  readonly #entryBytes: number;
  readonly #state: RingState;
  readonly #size: number;

  constructor(
    { memory, grants }: { readonly memory: BusMemory; readonly grants: GrantTable },
    {
      reference,
      entryBytes,
      state,
    }: { readonly reference: number; readonly entryBytes: number; readonly state: RingState },
  ) {
    this.#memory = memory;
    this.#grants = grants;
    this.#reference = reference;
    this.#entryBytes = entryBytes;
    this.#state = state;
    this.#size = 2 ** Math.floor(Math.log2((PAGE_BYTES - Shared.entries) / entryBytes));
  }

  /** Whether its page may be used. */
  get isThere(): boolean {
    return this.#page !== null;
  }

  get #page(): number | null {
    return this.#grants.pageOf(this.#reference, 'write');
  }

  /** Requests that the front end has put there and that were not taken; more than the ring has room for are none. */
  get waiting(): number {
    const count = (this.#word(Shared.requestProduced) - this.#state.taken) >>> 0;
    return count > this.#size ? 0 : count;
  }

  /** The next request; there must be one. */
  take(): DataView {
    const bytes = new Uint8Array(this.#entryBytes);
    const page = this.#page;
    if (page !== null) this.#memory.read(page + this.#entry(this.#state.taken), bytes);
    this.#state.taken = (this.#state.taken + 1) >>> 0;
    return new DataView(bytes.buffer);
  }

  /** The front end is to tell of the next request. True: one has come meanwhile. */
  awaitRequest(): boolean {
    this.#setWord(Shared.requestEvent, this.#state.taken + 1);
    return this.waiting > 0;
  }

  /** Puts an answer there, which `tell` shows the front end. */
  give(answer: Uint8Array): void {
    const page = this.#page;
    if (page !== null) this.#memory.write(page + this.#entry(this.#state.given), answer);
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

  #word(at: number): number {
    const page = this.#page;
    if (page === null) return 0;
    const bytes = new Uint8Array(4);
    this.#memory.read(page + at, bytes);
    return new DataView(bytes.buffer).getUint32(0, true);
  }

  #setWord(at: number, value: number): void {
    const page = this.#page;
    if (page === null) return;
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value >>> 0, true);
    this.#memory.write(page + at, new Uint8Array(view.buffer));
  }
}
