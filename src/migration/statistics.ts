/** Parts of a machine that were sent, and the time that it took. Times are in milliseconds. */
export interface MigrationStatistics {
  /** From the start to the end, or until now. */
  readonly totalTime: number;
  /** Until memory began to be sent. */
  readonly setupTime: number;
  /** How long the guest stood still; 0 before that is over. */
  readonly downtime: number;
  /** How long it would stand still now. */
  readonly expectedDowntime: number;
  /** Bytes of memory. */
  readonly totalBytes: number;
  /** Bytes of memory that are still to be sent. */
  readonly remainingBytes: number;
  /** Bytes that have gone out. */
  readonly transferredBytes: number;
  /** Frames (4 KB) that were sent with their contents. */
  readonly normalFrames: number;
  /** Frames of zeros that were announced. */
  readonly zeroFrames: number;
  /** Bytes of disks that were sent, in blocks. */
  readonly diskBytes: number;
  /** How often all of memory was looked through. */
  readonly passes: number;
}

/** Counts while a machine moves. */
export class TransferCounters {
  readonly #now: () => number;
  readonly #start: number;
  setupTime = 0;
  expectedDowntime = 0;
  totalFrames = 0;
  remainingFrames = 0;
  transferredBytes = 0;
  normalFrames = 0;
  zeroFrames = 0;
  diskBytes = 0;
  passes = 0;
  #stoppedAt = 0;
  #downtime = 0;
  #handedOverAt: number | undefined;
  #end: number | undefined;

  /** @param now milliseconds of a clock that never goes backwards */
  constructor(now: () => number) {
    this.#now = now;
    this.#start = now();
  }

  setUp(frames: number): void {
    this.setupTime = this.#now() - this.#start;
    this.totalFrames = this.remainingFrames = frames;
  }

  stopped(): void {
    this.#stoppedAt = this.#now();
  }

  /** The guest may go on at the other end. */
  handedOver(): void {
    this.#handedOverAt = this.#now();
  }

  /** @param isComplete it went over, and stands still here */
  ended(isComplete: boolean): void {
    this.#end = this.#now();
    if (isComplete) this.#downtime = (this.#handedOverAt ?? this.#end) - this.#stoppedAt;
  }

  get statistics(): MigrationStatistics {
    const { setupTime, expectedDowntime, transferredBytes, normalFrames, zeroFrames, diskBytes, passes } = this;
    return {
      totalTime: (this.#end ?? this.#now()) - this.#start,
      ...{ setupTime, expectedDowntime, transferredBytes, normalFrames, zeroFrames, diskBytes, passes },
      downtime: this.#downtime,
      totalBytes: this.totalFrames * 4096,
      remainingBytes: this.remainingFrames * 4096,
    };
  }
}

/** Bits that have gone out, in millions a second. */
export function megabitsPerSecond({ transferredBytes, totalTime, setupTime }: MigrationStatistics): number {
  const milliseconds = totalTime - setupTime;
  return milliseconds > 0 ? (transferredBytes * 8) / (milliseconds * 1000) : 0;
}
