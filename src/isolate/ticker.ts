import { Word } from '../../translator/abi/state.ts';
import { Deadline, SharedDeadlines } from './deadlines.ts';

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
export function tick({ state, deadlines: buffer, nanoseconds }: TickerOptions): never {
  const deadlines = new SharedDeadlines(buffer);
  let repeat: number = REPEAT.first;
  for (;;) {
    const read = deadlines.read();
    if (!read) continue;
    const { late } = deadlines;
    const now = nanoseconds();
    const due = read.times.map((time) => time + late <= now);
    if (due[Deadline.loop]) Atomics.store(state, Word.wake, 1);
    if (due.includes(true)) Atomics.store(state, Word.attention, 1);
    const next = read.times.map((time, which) => (due[which] ? now + repeat : time + late));
    repeat = due.includes(true) ? Math.min(2 * repeat, REPEAT.longest) : REPEAT.first;
    deadlines.sleep(read.version, now, Math.min(...next));
  }
}
