import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64, BUSY, Interrupter, Management, type Words } from './registers.ts';
import type { InterrupterFields } from './state.ts';
import { CODE_SHIFT, Code, TRB_BYTES, TrbControl, TrbType } from './trb.ts';

/** An event for the guest: an event TRB (6.4.2) without its cycle bit. */
export interface XhciEvent {
  readonly type: number;
  readonly parameter: Words;
  readonly code: number;
  /** Bits 0-23 of the status word. */
  readonly value?: number;
  /** Other bits of the last word. */
  readonly control?: number;
  /** It interrupts nobody. */
  readonly isQuiet?: boolean;
}

export interface InterrupterOptions {
  readonly state: InterrupterFields;
  readonly memory: BusMemory;
  /** Bits of the segment table's address that are kept. */
  readonly tableMask: number;
  /** Something is pending. */
  readonly raise: () => void;
  /** The event ring makes no sense: the controller stops. */
  readonly fail: (what: string, value: number) => void;
}

/** Events that a segment has room for (6.5). */
const [LEAST_SEGMENT, MOST_SEGMENT] = [16, 4096];
const SEGMENT_ENTRY_BYTES = 16;

/** An interrupter with its event ring (4.17, 4.9.4). The ring has one segment: more the capabilities do not offer. */
export class EventRing {
  readonly #options: InterrupterOptions;

  constructor(options: InterrupterOptions) {
    this.#options = options;
  }

  read(offset: number): number {
    const state = this.#options.state;
    switch (offset) {
      case Interrupter.management:
        return state.management;
      case Interrupter.moderation:
        return state.moderation;
      case Interrupter.tableSize:
        return state.tableSize;
      case Interrupter.table:
        return state.table;
      case Interrupter.tableHigh:
        return state.tableHigh;
      case Interrupter.dequeue:
        return state.dequeue;
      case Interrupter.dequeueHigh:
        return state.dequeueHigh;
      default:
        return 0;
    }
  }

  write(offset: number, value: number): void {
    const { state, tableMask } = this.#options;
    switch (offset) {
      case Interrupter.management:
        this.#manage(value);
        break;
      case Interrupter.moderation:
        state.moderation = value;
        break;
      case Interrupter.tableSize:
        state.tableSize = value & 0xffff;
        break;
      case Interrupter.table:
        this.#restart({ table: (value & tableMask) >>> 0 });
        break;
      case Interrupter.tableHigh:
        this.#restart({ tableHigh: value });
        break;
      case Interrupter.dequeue:
        this.#advance(value);
        break;
      case Interrupter.dequeueHigh:
        state.dequeueHigh = value;
        break;
    }
  }

  /** The pending bit is cleared by a one. */
  #manage(value: number): void {
    const { state } = this.#options;
    const pending = state.management & ~value & Management.pending;
    state.management = pending | (value & Management.enabled);
  }

  /** The guest gives the ring another place: its halves come one after the other, so it is looked at when it is needed. */
  #restart(words: { table: number } | { tableHigh: number }): void {
    Object.assign(this.#options.state, words, { isStale: true });
  }

  /** The guest is through with events before this one; if others have come since it looked, it is told again. */
  #advance(value: number): void {
    const { state, raise } = this.#options;
    const isThrough = (value & BUSY) !== 0;
    state.dequeue = ((value & ~BUSY) | (isThrough ? 0 : state.dequeue & BUSY)) >>> 0;
    if (!isThrough || state.isStale || state.size === 0) return;
    const place = this.#guestPlace;
    if (place !== null && place !== state.index) raise();
  }

  /** The event that the guest looks at next, by its number in the segment. */
  get #guestPlace(): number | null {
    const { dequeue, dequeueHigh, start, size } = this.#options.state;
    const place = (address64(dequeue & 0xfffffff0, dequeueHigh) - start) / TRB_BYTES;
    return Number.isInteger(place) && place >= 0 && place < size ? place : null;
  }

  /** The last place is kept for the event that says that there is no more room (4.9.4); what comes then is lost. */
  put(event: XhciEvent): void {
    const { state, fail, raise } = this.#options;
    if (!this.#hasSegment()) return;
    const place = this.#guestPlace;
    if (place === null) {
      fail('xhci: it stops: the event ring is not where the guest reads it, at', state.dequeue);
      return;
    }
    const room = (place - state.index - 1 + state.size) % state.size;
    if (room === 0) return;
    this.#store(room === 1 ? { type: TrbType.controllerEvent, parameter: [0, 0], code: Code.eventRingFull } : event);
    if (event.isQuiet !== true || room === 1) raise();
  }

  #hasSegment(): boolean {
    const { state } = this.#options;
    if (state.isStale) this.#findSegment();
    return state.size !== 0;
  }

  #findSegment(): void {
    const { state, memory, fail } = this.#options;
    const { table, tableHigh, tableSize } = state;
    Object.assign(state, { isStale: false, start: 0, size: 0, index: 0, cycle: true });
    if (tableSize === 0) return;
    const entry = new DataView(new ArrayBuffer(SEGMENT_ENTRY_BYTES));
    memory.read(address64(table, tableHigh), new Uint8Array(entry.buffer));
    const size = entry.getUint32(8, true) & 0xffff;
    if (tableSize > 1 || size < LEAST_SEGMENT || size > MOST_SEGMENT) {
      fail('xhci: it stops: no event ring can be of so many segments, or events', tableSize > 1 ? tableSize : size);
      return;
    }
    state.start = address64(entry.getUint32(0, true) & 0xffffffc0, entry.getUint32(4, true));
    state.size = size;
  }

  #store({ type, parameter, code, value = 0, control = 0 }: XhciEvent): void {
    const { state, memory } = this.#options;
    const view = new DataView(new ArrayBuffer(TRB_BYTES));
    view.setUint32(0, parameter[0], true);
    view.setUint32(4, parameter[1], true);
    view.setUint32(8, (code << CODE_SHIFT) | value, true);
    view.setUint32(12, control | (type << TrbControl.typeShift) | (state.cycle ? TrbControl.cycle : 0), true);
    memory.write(state.start + TRB_BYTES * state.index, new Uint8Array(view.buffer));
    state.index++;
    if (state.index < state.size) return;
    state.index = 0;
    state.cycle = !state.cycle;
  }
}
