import { isBefore } from './sequence.ts';

/** Segments to begin with (RFC 6928). */
const INITIAL = 10;
/** Bytes: more than any window that a guest offers. */
const MOST = 1 << 24;
/** Acknowledgments of the same place after which the segment there counts as lost (RFC 5681, 3.2). */
const DUPLICATES = 3;

/** How many bytes may be under way, and what was lost: NewReno (RFC 5681, RFC 6582). */
export class Congestion {
  /** Bytes that may be under way. */
  window: number;
  #threshold = MOST;
  #mss: number;
  #duplicates = 0;
  /** While what was lost is sent again: the sequence number that must be acknowledged for it to end. */
  recover: number | undefined;
  /**
   * The end of the data in flight at the last timeout: it is sent again anyway, so repeated acknowledgments of it mean nothing.
   */
  #resent: number | undefined;

  constructor(mss: number) {
    this.#mss = mss;
    this.window = INITIAL * mss;
  }

  get isRecovering(): boolean {
    return this.recover !== undefined;
  }

  /** New bytes were acknowledged, and nothing is missing (RFC 5681, 3.1). */
  acknowledged(bytes: number): void {
    this.#duplicates = 0;
    // In slow start all that arrived counts: the wire to the guest is shared with nobody (RFC 3465, 2.2 and 2.3).
    const more = this.window < this.#threshold ? bytes : Math.max((this.#mss * bytes) / this.window, 1);
    this.window = Math.min(this.window + more, MOST);
  }

  /**
   * Handles a repeated acknowledgment of the same place.
   * @returns whether its segment counts as lost from now on
   */
  duplicate(acknowledgment: number, flight: number, next: number): boolean {
    if (this.#resent !== undefined && isBefore(acknowledgment, this.#resent)) return false;
    this.#resent = undefined;
    if (this.isRecovering) this.window = Math.min(this.window + this.#mss, MOST);
    else if (++this.#duplicates >= DUPLICATES) {
      this.#threshold = Math.max(flight / 2, 2 * this.#mss);
      this.window = this.#threshold + DUPLICATES * this.#mss;
      this.recover = next;
      return true;
    }
    return false;
  }

  /** Some of what was under way when a segment was lost is acknowledged, but not all: the next is lost too (RFC 6582, 3.2). */
  partlyAcknowledged(bytes: number): void {
    this.window = Math.max(this.window - bytes + (bytes >= this.#mss ? this.#mss : 0), this.#mss);
  }

  /** All that was under way when a segment was lost is acknowledged. */
  recovered(flight: number): void {
    this.recover = undefined;
    this.#duplicates = 0;
    this.window = Math.min(this.#threshold, Math.max(flight, this.#mss) + this.#mss);
  }

  /** Nothing was acknowledged in time (RFC 5681, 3.1, equation 4). */
  timedOut(flight: number, next: number): void {
    this.#resent = next;
    this.#threshold = Math.max(flight / 2, 2 * this.#mss);
    this.window = this.#mss;
    this.recover = undefined;
    this.#duplicates = 0;
  }
}
