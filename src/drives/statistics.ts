import type { BlockAnswer, BlockQuestion } from '../../runtime/host/block.ts';
import { SECTOR_BYTES } from '../../runtime/host/block.ts';
import type { ThrottleTimers } from './throttle/group.ts';

/** Counts of one kind of a guest's requests to a drive. */
export interface RequestStatistics {
  /** Requests that were done. */
  readonly requests: number;
  /** Requests that have failed. */
  readonly failures: number;
  /** Bytes of those that were done. */
  readonly bytes: number;
  /** How long all took, from their arrival at the host, in nanoseconds; those that are done at the same time count each. */
  readonly nanoseconds: number;
}

const ways = { read: 'reads', write: 'writes', flush: 'flushes', discard: 'discards' } as const;

/** Counts of a guest's requests to a drive since its machine was made in this process. */
export interface DriveStatistics {
  /** Sectors that were read. */
  readonly reads: RequestStatistics;
  /** Sectors that were written. */
  readonly writes: RequestStatistics;
  /** Flushes, which bring written data to the disk. */
  readonly flushes: RequestStatistics;
  /** Sectors that the guest no longer needs. */
  readonly discards: RequestStatistics;
  /** One byte after the last that was written, in bytes from the start of the disk. */
  readonly writtenUpTo: number;
  /** Since a request was last done, in nanoseconds; null: none was. */
  readonly idleNanoseconds: number | null;
}

const zero = () => ({ requests: 0, failures: 0, bytes: 0, nanoseconds: 0 });
const nanoseconds = (milliseconds: number): number => Math.round(milliseconds * 1e6);

/** Tells milliseconds. */
type Clock = Pick<ThrottleTimers, 'now'>;

/** Counts what is asked of a drive. */
export class DriveCounter {
  readonly #clock: Clock;
  readonly #counts = { reads: zero(), writes: zero(), flushes: zero(), discards: zero() };
  #writtenUpTo = 0;
  #lastDone: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get statistics(): DriveStatistics {
    const idleNanoseconds = this.#lastDone === null ? null : nanoseconds(this.#clock.now() - this.#lastDone);
    return { ...structuredClone(this.#counts), writtenUpTo: this.#writtenUpTo, idleNanoseconds };
  }

  /** A request has come; the function is to be called with its answer. */
  begin(question: BlockQuestion): (answer: BlockAnswer) => void {
    const begun = this.#clock.now();
    return ({ error }) => this.#done(question, error === null, begun);
  }

  #done(question: BlockQuestion, isDone: boolean, begun: number): void {
    if (question.type === 'lock' || question.type === 'tray') return;
    this.#lastDone = this.#clock.now();
    const counts = this.#counts[ways[question.type]];
    counts.nanoseconds += nanoseconds(this.#lastDone - begun);
    if (!isDone) {
      counts.failures++;
      return;
    }
    const bytes = lengthOf(question);
    counts.requests++;
    counts.bytes += bytes;
    if (question.type !== 'write') return;
    this.#writtenUpTo = Math.max(this.#writtenUpTo, question.sector * SECTOR_BYTES + bytes);
  }
}

function lengthOf(question: BlockQuestion): number {
  if (question.type === 'read' || question.type === 'write') return question.bytes.length;
  return question.type === 'discard' ? question.count * SECTOR_BYTES : 0;
}
