import { Word } from '../../translator/abi/state.ts';
import { Deadline, SharedDeadlines } from './deadlines.ts';
import { callBack } from './wake.ts';

export interface TickerOptions {
  /** The machine's state words, shared. */
  readonly state: Int32Array;
  /** Buffer of the SharedDeadlines. */
  readonly deadlines: SharedArrayBuffer;
  readonly nanoseconds: () => number;
}

/**
 * A deadline that stays is called for again after so long: soon at first, so that whoever was called and sets its next deadline
 * needs not tell the ticker, and then twice as long each time.
 */
const REPEAT = { first: 1e6, longest: 20e6 } as const;

/**
 * Sets Word.attention when a deadline comes, so that running code notices it without counting instructions.
 * Takes a thread of its own, and never returns.
 */
export function tick({ state, deadlines, nanoseconds }: TickerOptions): never {
  const watch = new DeadlineWatch(deadlines, nanoseconds);
  for (;;) watch.turn(state);
}

/** The ticker's loop as single turns, for a thread that serves one machine after the other. */
export class DeadlineWatch {
  readonly #deadlines: SharedDeadlines;
  readonly #nanoseconds: () => number;
  #repeat: number = REPEAT.first;

  constructor(buffer: SharedArrayBuffer, nanoseconds: () => number) {
    this.#deadlines = new SharedDeadlines(buffer);
    this.#nanoseconds = nanoseconds;
  }

  /** Calls a machine, by its words, for the deadlines that have come, and sleeps until the next one. */
  turn(state: Int32Array): void {
    const read = this.#deadlines.read();
    if (!read) return;
    const { late } = this.#deadlines;
    const now = this.#nanoseconds();
    const due = read.times.map((time) => time + late <= now);
    if (due[Deadline.loop]) callBack(state);
    else if (due.includes(true)) Atomics.store(state, Word.attention, 1);
    const next = read.times.map((time, which) => (due[which] ? now + this.#repeat : time + late));
    this.#repeat = due.includes(true) ? Math.min(2 * this.#repeat, REPEAT.longest) : REPEAT.first;
    this.#deadlines.sleep(read.version, now, Math.min(...next));
  }
}
