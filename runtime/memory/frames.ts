import { PAGE_SHIFT } from '../../translator/abi/page.ts';

/** The writer of memory: an instruction, a device (or loader, debugger), or a page walk that set accessed or dirty bits. */
export type CodeWriter = 'store' | 'device' | 'paging';

/** Told of every store to a frame that holds code, after it has happened. Offsets are in the buffer. */
export interface CodeWriteListener {
  codeWritten(offset: number, bytes: number, writer: CodeWriter): void;
}

/** The mark of a frame that holds bytes of decoded instructions. The other seven bits are handed out to watchers. */
const CODE = 1 << 0;
const WATCHER_BITS = [1, 2, 3, 4, 5, 6, 7].map((n) => 1 << n);

/**
 * Marks of a machine's memory: a byte for each frame. A frame with a mark has no write entry in the TLB, so that every store to
 * it comes to the slow path, which calls `stored`. A frame without marks costs nothing.
 */
export class Frames {
  /** By frame; 0: generated code may store there directly. */
  readonly marks: Uint8Array;
  codeListener: CodeWriteListener = { codeWritten: () => {} };
  /** These frames have been marked: the TLB's write entries for them must go. */
  onMarked: (frames: readonly number[]) => void = () => {};
  readonly #free = [...WATCHER_BITS];
  /** Functions to call when a frame with a mark is stored to, by the mark. */
  readonly #alarms: { readonly bit: number; readonly ring: () => void }[] = [];
  #alarmBits = 0;

  constructor(count: number) {
    this.marks = new Uint8Array(count);
  }

  holdsCode(frame: number): boolean {
    return (this.marks[frame] & CODE) !== 0;
  }

  markCode(frame: number): void {
    if (this.holdsCode(frame)) return;
    this.marks[frame] |= CODE;
    this.onMarked([frame]);
  }

  unmarkCode(frame: number): void {
    this.marks[frame] &= ~CODE;
  }

  /** Bytes within one frame have been written. Whoever writes to memory without a TLB entry calls this afterwards. */
  stored(offset: number, bytes: number, writer: CodeWriter): void {
    const frame = offset >>> PAGE_SHIFT;
    const marks = this.marks[frame];
    if (marks === 0) return;
    this.marks[frame] = marks & CODE;
    if (marks & CODE) this.codeListener.codeWritten(offset, bytes, writer);
    if (marks & this.#alarmBits) for (const { bit, ring } of this.#alarms) if (marks & bit) ring();
  }

  /** A mark whose frames, when they are stored to, have `ring` called. Throws if seven watchers are there already. */
  addAlarm(ring: () => void): number {
    const bit = this.#takeBit();
    this.#alarms.push({ bit, ring });
    this.#alarmBits |= bit;
    return bit;
  }

  mark(frames: readonly number[], bit: number): void {
    for (const frame of frames) this.marks[frame] |= bit;
    if (frames.length > 0) this.onMarked(frames);
  }

  unmark(frames: readonly number[], bit: number): void {
    for (const frame of frames) this.marks[frame] &= ~bit;
  }

  #takeBit(): number {
    const bit = this.#free.pop();
    if (bit === undefined) throw new Error(`memory has ${WATCHER_BITS.length} watchers of writes already; release one`);
    return bit;
  }

  /** Watches `count` frames from `first` on. Throws if seven watchers are there already. */
  watch(first: number, count: number): WriteWatch {
    const bit = this.#takeBit();
    return new WriteWatch(this, bit, first, count, () => this.#free.push(bit));
  }
}

/** Tells which of a range of frames have been written. All count as written at first. */
export class WriteWatch {
  readonly #frames: Frames;
  /** Set in a frame's marks while it has not been written. */
  readonly #bit: number;
  readonly #first: number;
  readonly #count: number;
  readonly #onRelease: () => void;
  #released = false;

  constructor(frames: Frames, bit: number, first: number, count: number, onRelease: () => void) {
    this.#frames = frames;
    this.#bit = bit;
    this.#first = first;
    this.#count = count;
    this.#onRelease = onRelease;
  }

  /**
   * The frames, counted from the range's first, that have been written since they were last taken, in ascending order;
   * only those of a part of the range if it is given.
   */
  take(from = 0, count = this.#count - from): number[] {
    const taken = this.writtenFrames(from, count);
    this.#mark(taken);
    return taken;
  }

  /** The frames that `take` would return; they stay to be taken. */
  writtenFrames(from = 0, count = this.#count - from): number[] {
    const { marks } = this.#frames;
    const written: number[] = [];
    for (let n = from; n < from + count; n++) {
      if ((marks[this.#first + n] & this.#bit) === 0) written.push(n);
    }
    return written;
  }

  /** The first of them from `from` on, `most` at most. */
  takeNext(from: number, most: number): number[] {
    const { marks } = this.#frames;
    const taken: number[] = [];
    for (let n = from; n < this.#count && taken.length < most; n++) {
      if ((marks[this.#first + n] & this.#bit) === 0) taken.push(n);
    }
    this.#mark(taken);
    return taken;
  }

  /** Those of some frames, counted as by `take`, that have been written since they were last taken. */
  takeAmong(frames: readonly number[]): number[] {
    const taken = frames.filter((n) => !this.isUnwritten(n));
    this.#mark(taken);
    return taken;
  }

  /** Whether a frame, counted from the range's first, has not been written since it was taken. */
  isUnwritten(n: number): boolean {
    return n < this.#count && (this.#frames.marks[this.#first + n] & this.#bit) !== 0;
  }

  /** How many have been written since they were last taken. */
  get written(): number {
    const { marks } = this.#frames;
    let written = 0;
    for (let n = 0; n < this.#count; n++) if ((marks[this.#first + n] & this.#bit) === 0) written++;
    return written;
  }

  #mark(taken: readonly number[]): void {
    const frames = taken.map((n) => this.#first + n);
    this.#frames.mark(frames, this.#bit);
  }

  /** Ends the watch: stores cost nothing again. A second call does nothing: another watch may have the bit by then. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    const { marks } = this.#frames;
    for (let n = 0; n < this.#count; n++) marks[this.#first + n] &= ~this.#bit;
    this.#onRelease();
  }
}
