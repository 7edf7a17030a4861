import { TokenBucket } from '../util/token-bucket.ts';
import type { NetworkBackend } from './backend.ts';
import type { Timers } from './host.ts';

/** Milliseconds for which a direction that was idle may go faster. */
const BURST = 20;
/** Bytes that may always go at once: two frames of the largest size. */
const LEAST_BURST = 3028;
/** Bytes of the guest that wait; what goes beyond is lost. */
const MOST_WAITING = 0x40000;

/** The bytes of one direction. */
class Direction {
  readonly #bucket: TokenBucket;

  constructor(timers: Timers) {
    this.#bucket = new TokenBucket(() => timers.now());
  }

  /** @param rate bytes a millisecond; Infinity: no limit */
  setRate(rate: number): void {
    this.#bucket.setRate(rate, Math.max(rate * BURST, LEAST_BURST));
  }

  /** Takes bytes. @returns whether they may go */
  take(bytes: number): boolean {
    if (this.#bucket.wait(bytes) > 0) return false;
    this.#bucket.spend(bytes);
    return true;
  }

  /** Gives back what didn't go after all. */
  giveBack(bytes: number): void {
    this.#bucket.spend(-bytes);
  }

  /** Milliseconds until bytes may go. */
  wait(bytes: number): number {
    return Math.max(Math.ceil(this.#bucket.wait(bytes)), 1);
  }
}

/** Holds a backend to a number of bits a second in each direction; the number may change at any time. */
export class LimitedBackend implements NetworkBackend {
  onFrame: (frame: Uint8Array) => boolean = () => true;
  readonly #inner: NetworkBackend;
  readonly #timers: Timers;
  readonly #fromGuest: Direction;
  readonly #toGuest: Direction;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #cancelSend: (() => void) | undefined;
  #cancelResume: (() => void) | undefined;

  constructor(inner: NetworkBackend, timers: Timers) {
    this.#inner = inner;
    this.#timers = timers;
    this.#fromGuest = new Direction(timers);
    this.#toGuest = new Direction(timers);
    inner.onFrame = (frame) => this.#offer(frame);
  }

  /** @param megabits of a million bits, a second in each direction; nothing: no limit */
  setLimit(megabits: number | undefined): void {
    const rate = megabits === undefined ? Number.POSITIVE_INFINITY : (megabits * 1e6) / 8 / 1000;
    this.#fromGuest.setRate(rate);
    this.#toGuest.setRate(rate);
    this.#sendWaiting();
    this.resume();
  }

  send(frame: Uint8Array): void {
    if (this.#waiting.length === 0 && this.#fromGuest.take(frame.length)) {
      this.#inner.send(frame);
      return;
    }
    if (this.#waitingBytes + frame.length > MOST_WAITING) return;
    this.#waiting.push(frame.slice());
    this.#waitingBytes += frame.length;
    this.#sendLater();
  }

  resume(): void {
    this.#cancelResume?.();
    this.#cancelResume = undefined;
    this.#inner.resume();
  }

  close(): Promise<void> {
    this.#cancelSend?.();
    this.#cancelResume?.();
    this.#waiting.length = 0;
    return this.#inner.close();
  }

  #offer(frame: Uint8Array): boolean {
    if (!this.#toGuest.take(frame.length)) {
      this.#cancelResume ??= this.#timers.after(this.#toGuest.wait(frame.length), () => this.resume());
      return false;
    }
    const hasRoom = this.onFrame(frame);
    if (!hasRoom) this.#toGuest.giveBack(frame.length);
    return hasRoom;
  }

  #sendWaiting(): void {
    this.#cancelSend?.();
    this.#cancelSend = undefined;
    while (this.#waiting.length > 0 && this.#fromGuest.take(this.#waiting[0]!.length)) {
      const frame = this.#waiting.shift()!;
      this.#waitingBytes -= frame.length;
      this.#inner.send(frame);
    }
    this.#sendLater();
  }

  #sendLater(): void {
    const first = this.#waiting[0];
    if (first) this.#cancelSend ??= this.#timers.after(this.#fromGuest.wait(first.length), () => this.#sendWaiting());
  }
}
