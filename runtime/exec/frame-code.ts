import type { CodePage } from './code-page.ts';
import type { Node } from './node.ts';

/** Bytes per bit of the coarse map. */
const CHUNK_SHIFT = 6;
/** After so many writes that hit code, without new code being decoded between them, the frame is taken for data. */
const MOST_HITS = 16;
/** Beyond so many events that dropped translations, the next ones cool no more. */
const MOST_DROPS = 6;

/** What code stands in one frame: tells in two operations whether bytes written may have been code. */
export class FrameCode {
  readonly pages = new Set<CodePage>();
  /** Nodes of other frames whose last bytes are in this one. */
  readonly crossing = new Set<Node>();
  /** Writes that hit code since code was last decoded here. */
  private hits = 0;
  /** Events that have dropped translations. */
  private drops = 0;
  private low = 0;
  private high = 0;

  /** Marks bytes [start, end) of the frame as code. */
  mark(start: number, end: number): void {
    this.hits = 0;
    for (let chunk = start >>> CHUNK_SHIFT; chunk <= (end - 1) >>> CHUNK_SHIFT; chunk++) {
      if (chunk < 32) this.low |= 1 << chunk;
      else this.high |= 1 << (chunk - 32);
    }
  }

  /** Whether any of the bytes [start, end) may be code. */
  mayHold(start: number, end: number): boolean {
    for (let chunk = start >>> CHUNK_SHIFT; chunk <= (end - 1) >>> CHUNK_SHIFT; chunk++) {
      if (((chunk < 32 ? this.low >>> chunk : this.high >>> (chunk - 32)) & 1) !== 0) return true;
    }
    return false;
  }

  /** A write has hit code; whether somebody seems to be filling the frame with something new. */
  hit(): boolean {
    return ++this.hits > MOST_HITS;
  }

  /**
   * Translations were dropped. How many times as hot as other code theirs must get to be translated again: code that
   * changes now and then would else be compiled again and again.
   */
  cool(): number {
    // Not a power: V8 would have it as a double, and with it `heat` of all nodes.
    return 1 << Math.min(this.drops++, MOST_DROPS);
  }

  /**
   * Of some of its pages the one that the dispatcher did not look for for the longest time: of programs at other addresses that
   * has most likely ended.
   */
  longestUnfound(isMeant: (page: CodePage) => boolean): CodePage | null {
    let longest: CodePage | null = null;
    for (const page of this.pages) {
      if ((longest === null || page.lastFound < longest.lastFound) && isMeant(page)) longest = page;
    }
    return longest;
  }

  /** Nothing is left that would care for a write. */
  get isEmpty(): boolean {
    return this.pages.size === 0 && this.crossing.size === 0;
  }

  clear(): void {
    this.low = 0;
    this.high = 0;
    this.hits = 0;
    this.crossing.clear();
  }
}
