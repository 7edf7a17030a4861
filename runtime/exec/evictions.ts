import { PAGE_BYTES as PAGE } from '../../translator/abi/page.ts';
import type { CodePage } from './code-page.ts';

/** Runs of evicted code are counted by so many bytes (as a shift). */
const GRANULE_SHIFT = 4;
const GRANULES = PAGE >>> GRANULE_SHIFT;
/** Number of evictions of a frame that are counted at most. */
const MOST_EVICTIONS = 10;
/** After so many evictions, each of an eighth of the cache, those of all frames are forgotten by half. */
const FADING = 64;
/** The largest value of a count. */
const MOST_RUNS = 255;

/** How many instructions of a granule run from their bytes before it gets records. There are about four in one. */
export interface ColdRuns {
  /** When it first runs: none, but in tests. */
  readonly first: number;
  /** When it was evicted for the second time, twice as many for the third, and so on. */
  readonly evicted: number;
}

/** Measured with bench/: see docs/measurements/interpreter.md. Most code that runs at all runs more often: it gets records at once. */
export const defaultColdRuns: ColdRuns = { first: 0, evicted: 24 };

/** How often the code of each frame was evicted, and so how much of it is cold. */
export class Evictions {
  private readonly coldRuns: ColdRuns;
  /** By granule of physical addresses: how many more instructions run from their bytes. */
  private readonly missing: Uint8Array;
  /** By frame, how often its code was evicted. */
  private readonly counts: Uint8Array;
  private untilFaded = FADING;
  private isNoted = false;

  /** `memoryBytes`: of the guest's memory and its ROMs. */
  constructor(memoryBytes: number, coldRuns: ColdRuns) {
    this.coldRuns = coldRuns;
    this.missing = new Uint8Array(memoryBytes >>> GRANULE_SHIFT);
    this.counts = new Uint8Array(memoryBytes / PAGE);
    this.forget();
  }

  /** Nothing is left of the code of these frames. */
  note(frames: Iterable<number>): void {
    this.isNoted = true;
    for (const frame of frames) {
      const before = this.counts[frame];
      this.counts[frame] = Math.min(before + 1, MOST_EVICTIONS);
      const missing = Math.min(before * this.coldRuns.evicted, MOST_RUNS);
      this.missing.fill(missing, frame * GRANULES, (frame + 1) * GRANULES);
    }
    if (--this.untilFaded > 0) return;
    this.untilFaded = FADING;
    for (let frame = 0; frame < this.counts.length; frame++) this.counts[frame] >>>= 1;
  }

  /** Forgets what was evicted: all code is as if it had not run yet. */
  forget(): void {
    // Filling takes memory of the host, even with zeros.
    if (!this.isNoted && this.coldRuns.first === 0) return;
    this.missing.fill(this.coldRuns.first);
    this.counts.fill(0);
    this.isNoted = false;
  }

  /** Whether the code at an EIP of a page is to run from its bytes. */
  isCold(page: CodePage, eip: number): boolean {
    return page.frame >= 0 && this.missing[granuleOf(page, eip)] > 0;
  }

  /** One instruction of cold code runs. */
  count(page: CodePage, eip: number): void {
    this.missing[granuleOf(page, eip)]--;
  }

  /** Code gets records now. */
  warm(page: CodePage, eip: number): void {
    this.missing[granuleOf(page, eip)] = 0;
  }
}

/** Number of the granule that a page has at an EIP. */
function granuleOf(page: CodePage, eip: number): number {
  return ((page.frame << 12) | (page.distanceTo(eip) & (PAGE - 1))) >>> GRANULE_SHIFT;
}
