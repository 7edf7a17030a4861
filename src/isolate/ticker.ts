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
 * Sets Word.attention when a deadline comes, so that running code notices it without counting instructions.
 * Takes a thread of its own, and never returns.
 */
export function tick({ state, deadlines: buffer, nanoseconds }: TickerOptions): never {
  const deadlines = new SharedDeadlines(buffer);
  const done: number[] = [];
  for (;;) {
    const read = deadlines.read();
    if (!read) continue;
    const now = nanoseconds();
    let next = Infinity;
    read.times.forEach((time, which) => {
      if (time === done[which]) return;
      if (time > now) next = Math.min(next, time);
      else {
        done[which] = time;
        call(state, which);
      }
    });
    deadlines.sleep(read.version, now, next);
  }
}

function call(state: Int32Array, which: number): void {
  if (which === Deadline.loop) Atomics.store(state, Word.wake, 1);
  Atomics.store(state, Word.attention, 1);
}
