import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import { isZeroFrame, putFrame, wordsOf } from './frame-contents.ts';
import type { WriteWatch } from './frames.ts';
import { allocateShared, type GuestRam } from './ram.ts';

/** The contents of a frame of zeros, which are kept nowhere. */
const ZEROS = 0;
/** A place is a chunk's number and, in its lower bits, a frame's in that: enough for 4 GB. */
const FRAME_BITS = 20;
/** With more chunks those of the last images are put together. */
const MOST_CHUNKS = 32;

/**
 * All memory of a machine at one moment, for others in this process. It shares contents that have not changed with images of other
 * moments, so that an image costs what was written since the last one.
 */
export interface MemoryImage {
  /** Identifies the memory that it is of: numbers of contents count only within one. */
  readonly origin: string;
  /** By frame: the number of its contents. Those of one number are the same; 0: zeros. */
  readonly contents: Int32Array;
  /** By frame: where its contents are. */
  readonly places: Int32Array;
  /** Frame after frame. They never change. */
  readonly chunks: readonly Uint8Array[];
}

/** Takes images of memory. From the first one on it is noted which frames are written. */
export class ImageTaker {
  readonly #ram: GuestRam;
  readonly #contents: Int32Array;
  readonly #places: Int32Array;
  #chunks: Uint8Array[] = [];
  #watch: WriteWatch | null = null;
  #last = 0;

  constructor(ram: GuestRam) {
    this.#ram = ram;
    const frames = ram.bytes.length >>> PAGE_SHIFT;
    this.#contents = new Int32Array(frames);
    this.#places = new Int32Array(frames);
  }

  /**
   * The present image. Throws an Error if memory has too many watchers.
   * @param origin tells this memory from all others, always the same
   */
  take(origin: string): MemoryImage {
    this.#watch ??= this.#ram.frames.watch(0, this.#contents.length);
    const written = this.#watch.take();
    const full = written.filter((frame) => !isZeroFrame(this.#ram.words, frame));
    for (const frame of written) this.#contents[frame] = ZEROS;
    for (const frame of full) this.#contents[frame] = ++this.#last;
    this.#keep(full, (frame) => this.#ram.bytes.subarray(frame * PAGE_BYTES, (frame + 1) * PAGE_BYTES));
    if (this.#keptFrames > 2 * this.#fullFrames().length) this.#compact(0);
    else if (this.#chunks.length > MOST_CHUNKS) this.#compact(this.#firstSmall());
    // Copies that are not shared: the collectors of the threads that get them count only the bytes of these.
    return { origin, contents: this.#contents.slice(), places: this.#places.slice(), chunks: [...this.#chunks] };
  }

  /** Nothing is noted any more, and the next image is of all memory. */
  end(): void {
    this.#watch?.release();
    this.#watch = null;
    this.#chunks = [];
  }

  get #keptFrames(): number {
    return this.#chunks.reduce((sum, chunk) => sum + (chunk.length >>> PAGE_SHIFT), 0);
  }

  /** Frames that are not zeros. */
  #fullFrames(): number[] {
    const full: number[] = [];
    for (let frame = 0; frame < this.#contents.length; frame++) if (this.#contents[frame] !== ZEROS) full.push(frame);
    return full;
  }

  /**
   * The chunk from which on they are worth a copy: a larger one than all that follow stays where it is, as its copy would take so much
   * memory again until everyone who has had an image has let go of it.
   */
  #firstSmall(): number {
    const lengths = this.#chunks.map((chunk) => chunk.length);
    let first = lengths.length - MOST_CHUNKS / 2;
    let following = lengths.slice(first).reduce((sum, length) => sum + length, 0);
    while (first > 0 && lengths[first - 1]! <= following) following += lengths[--first]!;
    return first;
  }

  /** Puts the chunks from this one on together. Contents that no frame has any more are dropped. */
  #compact(first: number): void {
    const old = { chunks: this.#chunks, places: this.#places.slice() };
    this.#chunks = old.chunks.slice(0, first);
    const moved = this.#fullFrames().filter((frame) => chunkOf(old.places[frame]!) >= first);
    this.#keep(moved, (frame) => contentsAt(old, frame));
  }

  #keep(frames: readonly number[], contentsOf: (frame: number) => Uint8Array): void {
    if (frames.length === 0) return;
    const chunk = new Uint8Array(allocateShared(frames.length * PAGE_BYTES));
    const number = this.#chunks.push(chunk) - 1;
    frames.forEach((frame, n) => {
      chunk.set(contentsOf(frame), n * PAGE_BYTES);
      this.#places[frame] = number * 2 ** FRAME_BITS + n;
    });
  }
}

/** Memory that is put to images. It costs what was written since the last one, and what differs between the two. */
export class ImageLoader {
  readonly #ram: GuestRam;
  #watch: WriteWatch | null = null;
  /** The image that memory was last set to. */
  #held: Pick<MemoryImage, 'origin' | 'contents'> | null = null;

  constructor(ram: GuestRam) {
    this.#ram = ram;
  }

  /** Throws an Error, before anything has changed, if it is of memory of another size. */
  check({ contents }: MemoryImage): void {
    const bytes = contents.length * PAGE_BYTES;
    if (bytes !== this.#ram.bytes.length)
      throw new Error(`memory: expected ${this.#ram.bytes.length} bytes, found ${bytes} bytes`);
  }

  /** Throws an Error as `check`, or if memory has too many watchers. */
  load(image: MemoryImage): void {
    this.check(image);
    for (const frame of this.#differing(image)) putFrame(this.#ram, frame, wordsAt(image, frame));
    // What was stored just now is what the image has.
    this.#watch ??= this.#ram.frames.watch(0, image.contents.length);
    this.#watch.take();
    this.#held = image;
  }

  /** Frames that may have other contents. */
  #differing({ origin, contents }: MemoryImage): number[] {
    const held = this.#held?.origin === origin ? this.#held.contents : null;
    // Taken later: it is known that they may differ, so nobody compares them for this watch.
    const written = this.#watch?.writtenFrames() ?? [];
    if (held === null) return Array.from(contents, (_, frame) => frame);
    const differing: number[] = [];
    for (let frame = 0; frame < contents.length; frame++) if (contents[frame] !== held[frame]) differing.push(frame);
    return [...new Set([...written, ...differing])];
  }
}

/** The words of a frame; null: zeros. */
function wordsAt(image: MemoryImage, frame: number): Int32Array | null {
  return image.contents[frame] === ZEROS ? null : wordsOf(contentsAt(image, frame));
}

/** The number of the chunk that a place is in. */
function chunkOf(place: number): number {
  return Math.floor(place / 2 ** FRAME_BITS);
}

function contentsAt({ chunks, places }: Pick<MemoryImage, 'chunks' | 'places'>, frame: number): Uint8Array {
  const place = places[frame]!;
  const at = (place % 2 ** FRAME_BITS) * PAGE_BYTES;
  return chunks[chunkOf(place)]!.subarray(at, at + PAGE_BYTES);
}
