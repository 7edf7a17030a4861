import { SECTOR_BYTES } from '../../runtime/host/block.ts';
import type { BlockAnswer, BlockQuestion } from '../../runtime/host/block-port.ts';
import type { ThrottleTimers } from './throttle/group.ts';

/** What a guest has asked of a drive in one way. */
export interface RequestStatistics {
  /** Requests that were done, and those that have failed. */
  readonly requests: number;
  readonly failures: number;
  /** Of those that were done. */
  readonly bytes: number;
  /** How long all took, from their arrival at the host, in nanoseconds; those that are done at the same time count each. */
  readonly nanoseconds: number;
}

const ways = { read: 'reads', write: 'writes', flush: 'flushes', discard: 'discards' } as const;

/** What a guest has asked of a drive since its machine was made in this process. */
export interface DriveStatistics extends Readonly<Record<(typeof ways)[keyof typeof ways], RequestStatistics>> {
  /** One byte after the last that was written, in bytes from the start of the disk. */
  readonly writtenUpTo: number;
  /** Since a request was last done, in nanoseconds; null: none was. */
  readonly idleNanoseconds: number | null;
}

const NOTHING: RequestStatistics = { requests: 0, failures: 0, bytes: 0, nanoseconds: 0 };

/** Of a drive of which nothing was asked. */
export const noStatistics: DriveStatistics = {
  reads: NOTHING,
  writes: NOTHING,
  flushes: NOTHING,
  discards: NOTHING,
  writtenUpTo: 0,
  idleNanoseconds: null,
};

/** Tells milliseconds. */
type Clock = Pick<ThrottleTimers, 'now'>;

/** Counts what is asked of a drive. */
export class DriveCounter {
  readonly #clock: Clock;
  #counted = noStatistics;
  #lastDone: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get statistics(): DriveStatistics {
    const idleNanoseconds = this.#lastDone === null ? null : this.#since(this.#lastDone);
    return { ...this.#counted, idleNanoseconds };
  }

  /** A request has come; the function is to be called with its answer. */
  begin(question: BlockQuestion): (answer: BlockAnswer) => void {
    const begun = this.#clock.now();
    return ({ error }) => this.#done(question, error === null, this.#since(begun));
  }

  #since(begun: number): number {
    return Math.round((this.#clock.now() - begun) * 1e6);
  }

  #done(question: BlockQuestion, isDone: boolean, nanoseconds: number): void {
    if (question.type === 'lock' || question.type === 'tray') return;
    this.#lastDone = this.#clock.now();
    const way = ways[question.type];
    const before = this.#counted[way];
    const bytes = isDone ? lengthOf(question) : 0;
    const now: RequestStatistics = {
      requests: before.requests + Number(isDone),
      failures: before.failures + Number(!isDone),
      bytes: before.bytes + bytes,
      nanoseconds: before.nanoseconds + nanoseconds,
    };
    const end = isDone && question.type === 'write' ? question.sector * SECTOR_BYTES + bytes : 0;
    this.#counted = { ...this.#counted, [way]: now, writtenUpTo: Math.max(this.#counted.writtenUpTo, end) };
  }
}

function lengthOf(question: BlockQuestion): number {
  if (question.type === 'read' || question.type === 'write') return question.bytes.length;
  return question.type === 'discard' ? question.count * SECTOR_BYTES : 0;
}
