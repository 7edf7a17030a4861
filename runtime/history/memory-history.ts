import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import { isZeroFrame, putFrame } from '../memory/frame-contents.ts';
import type { WriteWatch } from '../memory/frames.ts';
import type { GuestRam } from '../memory/ram.ts';

const PAGE_WORDS = PAGE_BYTES / 4;

/** The words of frames, by number; null: zeros. */
type Contents = Map<number, Int32Array | null>;

/** The contents of memory at several moments, oldest first: for each only the frames that were written since the one before. */
export class MemoryHistory {
  readonly #ram: GuestRam;
  #watch: WriteWatch | null = null;
  /**
   * The frames of each moment. A frame's contents at a moment are in the newest entry that has it, up to that moment; in none:
   * zeros.
   */
  readonly #moments: Contents[] = [];
  /** The moment that memory was last put to, or kept as: what differs from it now has been written since. */
  #present = -1;
  #frames = 0;

  constructor(ram: GuestRam) {
    this.#ram = ram;
  }

  /** Bytes that it takes, without those of the first moment. */
  get bytes(): number {
    return this.#frames * PAGE_BYTES;
  }

  /** The moment that memory was last put to, or kept as. */
  get present(): number {
    return this.#present;
  }

  /** Keeps what memory holds now, before the moment that has this number so far. Throws if memory has too many watchers. */
  add(moment: number): void {
    this.#watch ??= this.#ram.frames.watch(0, this.#ram.bytes.length >>> PAGE_SHIFT);
    const contents: Contents = new Map();
    for (const frame of this.#watch.take()) {
      const words = this.#copy(frame);
      if (words !== null || moment > 0) contents.set(frame, words);
      if (words !== null && moment > 0) this.#frames++;
    }
    this.#moments.splice(moment, 0, contents);
    this.#present = moment;
  }

  /** Puts memory back to a moment. Frames that hold the same stay, with the code that was made of them. */
  restore(moment: number): void {
    const differing = new Set(this.#watch!.writtenFrames());
    const [first, last] = moment < this.#present ? [moment + 1, this.#present] : [this.#present + 1, moment];
    for (const contents of this.#moments.slice(first, last + 1))
      for (const frame of contents.keys()) differing.add(frame);
    for (const frame of differing) putFrame(this.#ram, frame, this.#at(moment, frame));
    // What was stored just now is what was kept.
    this.#watch!.take();
    this.#present = moment;
  }

  /** Forgets a moment: neither the first one nor the present one. */
  remove(moment: number): void {
    const [contents] = this.#moments.splice(moment, 1);
    const after = this.#moments[moment];
    for (const [frame, words] of contents!) {
      if (after && !after.has(frame)) after.set(frame, words);
      else if (words !== null) this.#frames--;
    }
    if (moment < this.#present) this.#present--;
  }

  /** Forgets all, and notes no more what is written. */
  clear(): void {
    this.#watch?.release();
    this.#watch = null;
    this.#moments.length = 0;
    this.#present = -1;
    this.#frames = 0;
  }

  #at(moment: number, frame: number): Int32Array | null {
    for (let n = moment; n >= 0; n--) {
      const words = this.#moments[n]!.get(frame);
      if (words !== undefined) return words;
    }
    return null;
  }

  #copy(frame: number): Int32Array | null {
    const { words } = this.#ram;
    return isZeroFrame(words, frame) ? null : words.slice(frame * PAGE_WORDS, (frame + 1) * PAGE_WORDS);
  }
}
