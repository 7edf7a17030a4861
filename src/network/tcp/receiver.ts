import type { Segment } from './segment.ts';
import { Flag } from './segment.ts';
import { distance, isBefore, isUpTo, plus } from './sequence.ts';

/** Bytes that are taken from the guest before the host has taken them. */
const CAPACITY = 0x40000;
/** Scale of the receive window, by which all of it fits into 16 bits. */
export const RECEIVE_SCALE = 3;
/** Segments that wait for an earlier one; more would be a guest that sends them in crumbs. */
const MOST_WAITING = 256;

/** Data that came before its turn. */
interface Waiting {
  readonly sequence: number;
  readonly data: Uint8Array;
}

/**
 * The receiving half of a connection from the guest: puts segments in order, and says how much more may come (RFC 9293, 3.8.6.2).
 */
export class Receiver {
  /** The sequence number that comes next. */
  next: number;
  #scale = 0;
  #unread = 0;
  /** The end of the window that the guest was told; it never goes back. */
  #edge: number;
  readonly #mss: number;
  readonly #deliver: (data: Uint8Array) => void;
  /** In order, and none has what another one has: so they are never more than the window. */
  readonly #waiting: Waiting[] = [];
  /** Where the guest's last byte was, once that is known. */
  #end: number | undefined;
  #hasEnded = false;

  /**
   * @param next the first sequence number of data
   * @param deliver takes data in order; the bytes are the guest's
   */
  constructor(next: number, mss: number, isScaled: boolean, deliver: (data: Uint8Array) => void) {
    this.next = next;
    this.#edge = next;
    this.#mss = mss;
    this.#scale = isScaled ? RECEIVE_SCALE : 0;
    this.#deliver = deliver;
  }

  /** Whether the guest has sent its last byte, and all before it arrived. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Bytes that were taken, and that the host has not. */
  get unread(): number {
    return this.#unread;
  }

  /** Bytes that came before their turn. */
  get early(): number {
    return this.#waiting.reduce((sum, { data }) => sum + data.length, 0);
  }

  /** The window for a header, which is promised from now on. The header of a SYN is never scaled. */
  window(isSyn = false): number {
    const scale = isSyn ? 0 : this.#scale;
    const free = Math.min(CAPACITY - this.#unread, 0xffff << scale);
    const edge = plus(this.next, Math.max(free, 0));
    if (distance(this.#edge, edge) >= Math.min(this.#mss, CAPACITY / 2)) this.#edge = edge;
    return Math.min(Math.max(distance(this.next, this.#edge), 0) >> scale, 0xffff);
  }

  /** Whether a segment has something that is expected (RFC 9293, 3.10.7.4, first check). */
  isAcceptable({ sequence, length }: Segment): boolean {
    const size = distance(this.next, this.#edge);
    // What acknowledges is taken from one that probes a closed window too; its data finds no room.
    if (size === 0) return sequence === this.next;
    if (length === 0) return this.#isInside(sequence);
    return this.#isInside(sequence) || this.#isInside(plus(sequence, length - 1)) || this.#covers(sequence, length);
  }

  /** Takes what is new of an acceptable segment. @returns whether it came in its turn */
  take({ sequence, data, flags }: Segment): boolean {
    if (this.#hasEnded) return true;
    const end = plus(sequence, data.length);
    if ((flags & Flag.fin) !== 0 && isUpTo(end, this.#edge)) this.#end ??= end;
    if (isBefore(this.next, sequence)) {
      this.#keep(sequence, data);
      return false;
    }
    const hadGap = this.#waiting.length > 0;
    this.#append(sequence, data);
    while (this.#waiting.length > 0 && isUpTo(this.#waiting[0]!.sequence, this.next)) {
      const { sequence, data } = this.#waiting.shift()!;
      this.#append(sequence, data);
    }
    if (this.next === this.#end) this.#finish();
    return !hadGap;
  }

  /** The host has taken bytes. @returns whether the guest should be told that there is room */
  consumed(bytes: number): boolean {
    const before = distance(this.next, this.#edge);
    this.#unread -= bytes;
    const most = Math.min(CAPACITY, 0xffff << this.#scale);
    const free = Math.min(CAPACITY - this.#unread, most);
    // (RFC 9293, 3.8.6.2.2) Not in crumbs: a window that is nearly closed opens at once, another one by a half.
    return free - before >= (before < this.#mss ? Math.min(this.#mss * 2, most / 2) : most / 2);
  }

  #isInside(sequence: number): boolean {
    return isUpTo(this.next, sequence) && isBefore(sequence, this.#edge);
  }

  #covers(sequence: number, length: number): boolean {
    return isBefore(sequence, this.next) && isBefore(this.#edge, plus(sequence, length));
  }

  #append(sequence: number, data: Uint8Array): void {
    const from = distance(sequence, this.next);
    const room = distance(this.next, this.#edge);
    const to = Math.min(data.length, from + room);
    if (from >= to) return;
    this.next = plus(this.next, to - from);
    this.#unread += to - from;
    this.#deliver(from === 0 && to === data.length ? data : data.subarray(from, to));
  }

  #finish(): void {
    this.#hasEnded = true;
    this.next = plus(this.next, 1);
    this.#waiting.length = 0;
  }

  /** Copies what fits into the window, and is not there already. */
  #keep(sequence: number, data: Uint8Array): void {
    const waiting = this.#waiting;
    const length = Math.min(data.length, Math.max(distance(sequence, this.#edge), 0));
    let at = waiting.length;
    while (at > 0 && isBefore(sequence, endOf(waiting[at - 1]!))) at--;
    for (let from = 0; from < length; at++) {
      const next = waiting[at];
      const to = next ? Math.min(distance(sequence, next.sequence), length) : length;
      if (from < to) {
        if (waiting.length >= MOST_WAITING) return;
        waiting.splice(at, 0, { sequence: plus(sequence, from), data: data.slice(from, to) });
        from = to;
      } else from = distance(sequence, endOf(next!));
    }
  }
}

/** The sequence number after the last one. */
function endOf({ sequence, data }: Waiting): number {
  return plus(sequence, data.length);
}
