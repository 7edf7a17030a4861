import type { BusMemory } from '../../memory/bus-memory.ts';
import { longAt } from '../../memory/long.ts';
import {
  Completion,
  MessageSetup,
  MOST_MESSAGE_PAGES,
  MOST_RING_PAGES,
  PAGE_BYTES,
  Request,
  RingSetup,
  RingState,
} from './registers.ts';
import { type RingPlace, type RingsState, ringsState } from './state.ts';

/** The rings of requests and completions, in the driver's memory. */
export class Rings {
  readonly #state: RingsState;
  readonly #memory: BusMemory;
  readonly #word = new Uint8Array(4);
  readonly #view = new DataView(this.#word.buffer);

  constructor(state: RingsState, memory: BusMemory) {
    this.#state = state;
    this.#memory = memory;
  }

  reset(): void {
    Object.assign(this.#state, ringsState.create());
  }

  get areThere(): boolean {
    return this.#state.requests.pages > 0 && this.#state.completions.pages > 0;
  }

  /** Sets up the rings of a command's data. False: that is not how rings are. */
  setUp(data: DataView): boolean {
    const state = this.#state;
    const [requests, completions] = [RingSetup.requestPages, RingSetup.completionPages].map((at) =>
      data.getUint32(at, true),
    ) as [number, number];
    if (!isRing(requests, MOST_RING_PAGES) || !isRing(completions, MOST_RING_PAGES)) return false;
    this.reset();
    state.address = pageAt(data, RingSetup.state);
    place(state.requests, requests, data, RingSetup.requests);
    place(state.completions, completions, data, RingSetup.completions);
    for (const at of [
      RingState.requestProducer,
      RingState.requestConsumer,
      RingState.completionProducer,
      RingState.completionConsumer,
    ])
      this.#put(at, 0);
    this.#put(RingState.requestEntriesLog, Math.log2(this.#entries(requests, Request.bytes)));
    this.#put(RingState.completionEntriesLog, Math.log2(this.#entries(completions, Completion.bytes)));
    return true;
  }

  /** Sets up the ring of messages. False: that is no ring, or the others are not there. */
  setUpMessages(data: DataView): boolean {
    const pages = data.getUint32(MessageSetup.pages, true);
    if (!this.areThere || !isRing(pages, MOST_MESSAGE_PAGES)) return false;
    const { messages } = this.#state;
    messages.place = 0;
    place(messages, pages, data, MessageSetup.list);
    this.#put(RingState.messageProducer, 0);
    this.#put(RingState.messageConsumer, 0);
    this.#put(RingState.messageEntriesLog, Math.log2(this.#entries(pages, Request.bytes)));
    return true;
  }

  /** Requests that wait, as the driver says: more than there is room for if it is wrong. */
  get waiting(): number {
    return (this.#get(RingState.requestProducer) - this.#state.requests.place) >>> 0;
  }

  /** Requests that there is room for. */
  get entries(): number {
    return this.#entries(this.#state.requests.pages, Request.bytes);
  }

  /** Reads the next request, which the driver may take for gone. */
  take(): Uint8Array {
    const { requests } = this.#state;
    const bytes = new Uint8Array(Request.bytes);
    this.#memory.read(addressOf(requests, Request.bytes), bytes);
    requests.place = (requests.place + 1) >>> 0;
    this.#put(RingState.requestConsumer, requests.place);
    return bytes;
  }

  complete(descriptor: Uint8Array): void {
    const { completions } = this.#state;
    this.#memory.write(addressOf(completions, Completion.bytes), descriptor);
    completions.place = (completions.place + 1) >>> 0;
    this.#put(RingState.completionProducer, completions.place);
  }

  #entries(pages: number, bytes: number): number {
    return (pages * PAGE_BYTES) / bytes;
  }

  #get(at: number): number {
    this.#memory.read(this.#state.address + at, this.#word);
    return this.#view.getUint32(0, true);
  }

  #put(at: number, value: number): void {
    this.#view.setUint32(0, value, true);
    this.#memory.write(this.#state.address + at, this.#word);
  }
}

/** Whether a ring may have so many pages. */
function isRing(pages: number, most: number): boolean {
  return pages > 0 && pages <= most && (pages & (pages - 1)) === 0;
}

/** Addresses beyond 2^52 are nowhere. */
function pageAt(data: DataView, at: number): number {
  return Math.min(longAt(data, at) * PAGE_BYTES, 2 ** 52);
}

function place(ring: RingPlace, pages: number, data: DataView, listAt: number): void {
  ring.pages = pages;
  for (let n = 0; n < pages; n++) ring.addresses[n] = pageAt(data, listAt + 8 * n);
}

/** Where a ring's next descriptor of so many bytes stands. */
function addressOf({ pages, addresses, place }: RingPlace, bytes: number): number {
  const at = (place * bytes) % (pages * PAGE_BYTES);
  return addresses[Math.floor(at / PAGE_BYTES)] + (at % PAGE_BYTES);
}
