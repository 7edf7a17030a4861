import { type FindDevice, QueueRun } from './queue.ts';
import { LIST_ENTRIES } from './registers.ts';
import { addressOf, isEnd, isQueue, Queue, type Schedule } from './schedule.ts';

/** The events of a pass through the schedules. */
export interface PassResult {
  hasMoved: boolean;
  completed: boolean;
  error: boolean;
  lost: boolean;
}

/** Structures that are looked at, and bytes that are moved, in a pass. */
const [MOST_LOOKED_AT, MOST_BYTES] = [512, 256 << 10];

/**
 * Goes once through the schedules (4.6, 4.8). Queues of the periodic list have their turn in each pass, and not only in their frames: a device
 * that has nothing says so. What is isochronous is left out.
 */
export class Pass {
  readonly result: PassResult = { hasMoved: false, completed: false, error: false, lost: false };
  readonly #schedule: Schedule;
  readonly #find: FindDevice;
  readonly #seen = new Set<number>();
  /** Derived, of this pass alone: how much was done. */
  #bytes = 0;

  constructor(schedule: Schedule, find: FindDevice) {
    this.#schedule = schedule;
    this.#find = find;
  }

  periodic(list: number): void {
    const entries = this.#schedule.read(list, LIST_ENTRIES);
    if (entries === null) this.result.lost = true;
    else for (const link of new Set(entries)) this.follow(link);
  }

  /** A list from a link on, to its end or to what was looked at. */
  follow(first: number): void {
    let link = first;
    while (!isEnd(link) && this.#goesOn && !this.#seen.has(addressOf(link))) {
      const address = addressOf(link);
      this.#seen.add(address);
      const words = this.#schedule.read(address, isQueue(link) ? Queue.words : 1);
      if (words === null) {
        this.result.lost = true;
        return;
      }
      if (isQueue(link)) this.#run(address, words);
      link = words[Queue.link]!;
    }
  }

  get #goesOn(): boolean {
    return this.#seen.size < MOST_LOOKED_AT && this.#bytes < MOST_BYTES && !this.result.lost;
  }

  #run(address: number, words: Uint32Array): void {
    const { hasMoved, bytes, completed, error, lost } = new QueueRun(this.#schedule, address, words, this.#find).run();
    const { result } = this;
    this.#bytes += bytes;
    result.hasMoved ||= hasMoved || bytes > 0;
    result.completed ||= completed;
    result.error ||= error;
    result.lost ||= lost;
  }
}
