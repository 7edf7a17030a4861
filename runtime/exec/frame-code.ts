import { PAGE_BYTES } from '../../translator/abi/page.ts';
import type { Range } from '../../translator/translate.ts';
import type { Frames } from '../memory/frames.ts';
import { NO_FRAME } from '../memory/physical-map.ts';
import type { CodePage } from './code-page.ts';

/** Code is known by so many bytes (as a shift). */
const CHUNK_SHIFT = 6;
/** After so many writes that hit code, without new code being decoded between them, the frame is taken for data. */
const MOST_HITS = 16;
/**
 * Number of stores after code was dropped until the frame is searched for the code that is left in it; more, if there were more
 * pieces of code.
 */
const FEWEST_STORES = 16;
/** Beyond so many events that dropped translations, the next ones cool no more. */
const MOST_DROPS = 6;

/** The code in one frame: tells in two operations whether bytes written may have been code. */
export class FrameCode {
  readonly pages = new Set<CodePage>();
  /** Writes that hit code since code was last decoded here. */
  private hits = 0;
  /** Stores to the frame until it is looked at what code is left; 0: it is not. */
  private untilSurvey = 0;
  /** The initial interval. A look takes the longer the more code there was, so the interval grows with it. */
  private surveyInterval = FEWEST_STORES;
  /** Events that have dropped translations. */
  private drops = 0;
  /** By chunk: 1 where there may be code. */
  private readonly chunks = new Uint8Array(PAGE_BYTES >>> CHUNK_SHIFT);

  /** Marks bytes [start, end) of the frame as code. */
  mark(start: number, end: number): void {
    this.hits = 0;
    this.untilSurvey = 0;
    this.put(start, end);
  }

  private put(start: number, end: number): void {
    const { chunks } = this;
    const last = (end - 1) >>> CHUNK_SHIFT;
    // No `fill`: an instruction has one or two chunks, and a call of it would take longer than this loop.
    for (let chunk = start >>> CHUNK_SHIFT; chunk <= last; chunk++) chunks[chunk] = 1;
  }

  /** The frame is stored to. Whether to look what code is left: a system gives memory of a program to others, for data. */
  store(): boolean {
    return this.untilSurvey > 0 && --this.untilSurvey === 0;
  }

  /** Some code has gone: maybe that was the last. */
  lose(): void {
    this.untilSurvey = this.surveyInterval;
  }

  /** Takes these bytes for all that is code; whether there are any. */
  survey(code: readonly Range[]): boolean {
    this.chunks.fill(0);
    for (const { start, end } of code) this.put(start, end);
    this.surveyInterval = Math.max(FEWEST_STORES, code.length);
    return code.length > 0;
  }

  /** Whether any of the bytes [start, end) may be code. */
  mayHold(start: number, end: number): boolean {
    for (let chunk = start >>> CHUNK_SHIFT; chunk <= (end - 1) >>> CHUNK_SHIFT; chunk++) {
      if (this.chunks[chunk] !== 0) return true;
    }
    return false;
  }

  /** A write has dropped code; whether somebody seems to be filling the frame with something new. */
  hit(): boolean {
    this.lose();
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

  /** The page, among some of its pages, of which most is translated; of equal ones, the one that the dispatcher found last. */
  best(isMeant: (page: CodePage) => boolean): CodePage | null {
    let best: CodePage | null = null;
    let most = -1;
    for (const page of this.pages) {
      const { translated } = page;
      const isBetter = translated > most || (translated === most && page.lastFound > best!.lastFound);
      if (!isBetter || !isMeant(page)) continue;
      best = page;
      most = translated;
    }
    return best;
  }

  clear(): void {
    this.chunks.fill(0);
    this.hits = 0;
    this.untilSurvey = 0;
  }
}

/** The frames that hold code. They are marked, so that stores to them are seen. */
export class CodeFrames {
  private readonly known = new Map<number, FrameCode>();
  private readonly frames: Frames;
  /** The frame that was asked for last, as code that writes data beside itself does it again and again. */
  private lastFrame = NO_FRAME;
  private last: FrameCode | undefined = undefined;

  constructor(frames: Frames) {
    this.frames = frames;
  }

  get(frame: number): FrameCode | undefined {
    if (frame !== this.lastFrame) {
      this.lastFrame = frame;
      this.last = this.known.get(frame);
    }
    return this.last;
  }

  private of(frame: number): FrameCode {
    let code = this.get(frame);
    if (code === undefined) {
      code = new FrameCode();
      this.known.set(frame, code);
      this.last = code;
    }
    return code;
  }

  /** Notes a page; one of a device has no frame. */
  add(page: CodePage): void {
    if (page.frame >= 0) this.of(page.frame).pages.add(page);
  }

  delete(page: CodePage): void {
    const code = this.known.get(page.frame);
    code?.pages.delete(page);
    if (code?.pages.size !== 0) {
      code?.lose();
      return;
    }
    this.known.delete(page.frame);
    this.lastFrame = NO_FRAME;
    this.last = undefined;
    this.frames.unmarkCode(page.frame);
  }

  /** Notes that bytes [start, end) of a frame have been decoded: stores to them must be seen from now on. */
  mark(frame: number, start: number, end: number): void {
    this.of(frame).mark(start, end);
    this.frames.markCode(frame);
  }

  /** All code of a frame was dropped: its bytes are data until they are executed again. */
  unmark(frame: number): void {
    this.known.get(frame)?.clear();
    this.frames.unmarkCode(frame);
  }
}
