import {
  type BlockDone,
  type BlockError,
  type BlockMedium,
  type BlockPort,
  SECTOR_BYTES,
} from '../../runtime/host/block.ts';
import type { Clock } from '../../runtime/time/clock.ts';
import type { EventQueue, Timer } from '../../runtime/time/events.ts';

/** Virtual nanoseconds that a request takes. */
export const REQUEST_TIME = 1000;

interface Request {
  readonly act: () => BlockError | null;
  readonly done: BlockDone;
}

/** A disk or CD in memory. Requests are done one after the other, each a microsecond after the one before. */
export class MemoryBlock implements BlockPort {
  bytes: Uint8Array;
  isReadOnly = false;
  isPresent = true;
  onMediumChanged: () => void = () => {};
  onTrayClosed: () => void = () => {};
  /** The requests as text: 'read 0+1'. */
  readonly requests: string[] = [];
  /** Sectors that cannot be read or written. */
  readonly bad = new Set<number>();
  failure: BlockError | null = null;
  locked = false;
  isTrayOpen = false;
  readonly #pending: Request[] = [];
  readonly #timer: Timer;
  readonly #clock: Clock;

  constructor(name: string, bytes: Uint8Array, { clock, events }: { clock: Clock; events: EventQueue }) {
    this.bytes = bytes;
    this.#clock = clock;
    this.#timer = events.timer(`${name} medium`, () => this.#completeOne());
  }

  get medium(): BlockMedium | null {
    return this.isPresent ? { sectors: this.bytes.length / SECTOR_BYTES, isReadOnly: this.isReadOnly } : null;
  }

  read(sector: number, target: Uint8Array, done: BlockDone): void {
    const count = target.length / SECTOR_BYTES;
    this.#ask(`read ${sector}+${count}`, done, () => {
      const error = this.#errorAt(sector, count);
      if (error === null) target.set(this.#part(sector, count));
      return error;
    });
  }

  polled(): void {}

  write(sector: number, source: Uint8Array, done: BlockDone): void {
    const count = source.length / SECTOR_BYTES;
    this.#ask(`write ${sector}+${count}`, done, () => {
      const error = this.isReadOnly ? 'read-only' : this.#errorAt(sector, count);
      if (error === null) this.#part(sector, count).set(source);
      return error;
    });
  }

  flush(done: BlockDone): void {
    this.#ask('flush', done, () => this.failure);
  }

  discard(sector: number, count: number, done: BlockDone): void {
    this.#ask(`discard ${sector}+${count}`, done, () => {
      this.#part(sector, count).fill(0);
      return this.failure;
    });
  }

  cancel(): void {
    this.#pending.length = 0;
    this.#timer.disarm();
  }

  setLocked(locked: boolean): void {
    this.locked = locked;
  }

  setTrayOpen(open: boolean): void {
    this.isTrayOpen = open;
  }

  /** Puts the medium in, or takes it out. */
  insert(isPresent: boolean, bytes = this.bytes): void {
    this.isPresent = isPresent;
    this.bytes = bytes;
    this.onMediumChanged();
  }

  #part(sector: number, count: number): Uint8Array {
    return this.bytes.subarray(sector * SECTOR_BYTES, (sector + count) * SECTOR_BYTES);
  }

  #errorAt(sector: number, count: number): BlockError | null {
    if (!this.isPresent) return 'no-medium';
    for (let n = 0; n < count; n++) if (this.bad.has(sector + n)) return 'io';
    return this.failure;
  }

  #ask(text: string, done: BlockDone, act: () => BlockError | null): void {
    this.requests.push(text);
    this.#pending.push({ act, done });
    if (this.#pending.length === 1) this.#timer.arm(this.#clock.now() + REQUEST_TIME);
  }

  #completeOne(): void {
    const { act, done } = this.#pending.shift()!;
    if (this.#pending.length > 0) this.#timer.arm(this.#clock.now() + REQUEST_TIME);
    done(act());
  }
}
