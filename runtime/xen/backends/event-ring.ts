import type { BusMemory } from '../../memory/bus-memory.ts';

/** All events of keyboards and framebuffers are as long (io/kbdif.h, io/fbif.h). */
export const EVENT_BYTES = 40;

/** A ring of events in a page that the front end shares: where it begins, how many there is room for, and where its two counters are. */
export interface EventRingPlace {
  readonly at: number;
  readonly events: number;
  readonly consumed: number;
  readonly produced: number;
}

/** A ring of events in a page that the front end shares; its counters run on, and are the guest's to write. */
export class EventRing {
  readonly #memory: BusMemory;
  readonly #page: () => number | null;
  readonly #place: EventRingPlace;

  /** @param page its address; null: the guest has taken it back */
  constructor(memory: BusMemory, page: () => number | null, place: EventRingPlace) {
    this.#memory = memory;
    this.#page = page;
    this.#place = place;
  }

  /** How many events the guest has room for. */
  get room(): number {
    const page = this.#page();
    if (page === null) return 0;
    const { consumed, produced, events } = this.#place;
    const waiting = (this.#counter(page + produced) - this.#counter(page + consumed)) >>> 0;
    return Math.max(0, events - waiting);
  }

  /** Gives the guest an event, for which there must be room. */
  put(event: DataView): void {
    const page = this.#page();
    if (page === null) return;
    const { at, events, produced } = this.#place;
    const count = this.#counter(page + produced);
    const bytes = new Uint8Array(event.buffer, event.byteOffset, EVENT_BYTES);
    this.#memory.write(page + at + (count % events) * EVENT_BYTES, bytes);
    this.#setCounter(page + produced, count + 1);
  }

  /** Takes what the guest has put there: no more than a ring has room for, whatever its counters say. */
  take(): DataView[] {
    const page = this.#page();
    if (page === null) return [];
    const { at, events, consumed, produced } = this.#place;
    const [from, to] = [this.#counter(page + consumed), this.#counter(page + produced)];
    const count = Math.min((to - from) >>> 0, events);
    const taken = Array.from({ length: count }, (_, n) => {
      const bytes = new Uint8Array(EVENT_BYTES);
      this.#memory.read(page + at + (((from + n) >>> 0) % events) * EVENT_BYTES, bytes);
      return new DataView(bytes.buffer);
    });
    if (count > 0) this.#setCounter(page + consumed, to);
    return taken;
  }

  #counter(at: number): number {
    const bytes = new Uint8Array(4);
    this.#memory.read(at, bytes);
    return new DataView(bytes.buffer).getUint32(0, true);
  }

  #setCounter(at: number, value: number): void {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value >>> 0, true);
    this.#memory.write(at, new Uint8Array(view.buffer));
  }
}

/** An event of a type, whose words are those that follow it. */
export function eventOf(type: number, ...words: readonly number[]): DataView {
  const event = new DataView(new ArrayBuffer(EVENT_BYTES));
  event.setUint8(0, type);
  for (const [n, word] of words.entries()) event.setInt32(4 * (n + 1), word, true);
  return event;
}
