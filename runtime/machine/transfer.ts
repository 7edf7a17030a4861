import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import { copyFrames, isZeroFrame, putFrame, wordsOf } from '../memory/frame-contents.ts';
import type { WriteWatch } from '../memory/frames.ts';
import { ImageLoader, ImageTaker, type MemoryImage } from '../memory/image.ts';
import { allocateShared, type GuestRam } from '../memory/ram.ts';
import type { SavedComponents } from '../snapshot/components.ts';

const PAGE_WORDS = PAGE_BYTES / 4;

/** Some frames of a machine's memory (RAM, ROM, video memory), by their numbers: four bytes each, low byte first. */
export interface MemoryPart {
  /** Frames with contents. */
  readonly frames: Uint8Array;
  /** Contents of these frames, in the same order. */
  readonly contents: Uint8Array;
  /** Frames of zeros. */
  readonly zeros: Uint8Array;
}

/** All of a machine at one moment, for others in this process. */
export interface MachineImage {
  readonly devices: SavedComponents;
  readonly memory: MemoryImage;
}

/** Calls that copy a machine while it runs: to another process, or to another machine of this one. */
export interface TransferCalls {
  /** Frames of memory. */
  size(): number;
  /** From now on it is noted which frames are written; all count as written at first. */
  begin(): void;
  /**
   * Frames that were written since they were last taken: the next ones from the frame `from` on, `most` at most, and where to
   * go on; at the end of memory that is its number of frames.
   */
  changed(from: number, most: number): { readonly part: MemoryPart; readonly next: number };
  /** How many frames have been written since they were last taken. */
  remaining(): number;
  /** Nothing is noted any more. May be called again. */
  end(): void;
  /** All state but memory. Input that has come is in it, as far as devices have room. */
  devices(): SavedComponents;
  /** Puts frames in the place of the present ones. Throws an Error where they are none of this machine. */
  store(part: MemoryPart): void;
  /** Puts saved devices in the place of the present state. Throws an Error that names what doesn't fit; nothing has changed then. */
  load(devices: SavedComponents): void;
  /** The machine at this moment. `origin` tells it from all others; it is always the same. */
  image(origin: string): MachineImage;
  /** Puts an image in the place of the present state. Throws an Error that names what doesn't fit; nothing has changed then. */
  become(image: MachineImage): void;
}

export type TransferCallName = keyof TransferCalls;

/** The devices of a machine: all its components but memory. */
interface Devices {
  /** Has input take effect that has come. */
  takeInput(): void;
  save(): SavedComponents;
  check(saved: SavedComponents): void;
  load(saved: SavedComponents): void;
}

/** A machine's end of a move to another process, or from there, while its guest runs (src/migration), and of its forks. */
export class Transfer implements TransferCalls {
  readonly #ram: GuestRam;
  readonly #devices: Devices;
  readonly #taker: ImageTaker;
  readonly #loader: ImageLoader;
  #watch: WriteWatch | null = null;

  constructor(ram: GuestRam, devices: Devices) {
    this.#ram = ram;
    this.#devices = devices;
    this.#taker = new ImageTaker(ram);
    this.#loader = new ImageLoader(ram);
  }

  get #frames(): number {
    return this.#ram.bytes.length >>> PAGE_SHIFT;
  }

  size(): number {
    return this.#frames;
  }

  begin(): void {
    this.end();
    this.#watch = this.#ram.frames.watch(0, this.#frames);
  }

  changed(from: number, most: number): { part: MemoryPart; next: number } {
    const taken = this.#begun.takeNext(from, most);
    const isCut = taken.length === most;
    return { part: this.#partOf(taken), next: isCut ? taken[most - 1] + 1 : this.#frames };
  }

  remaining(): number {
    return this.#begun.written;
  }

  end(): void {
    this.#watch?.release();
    this.#watch = null;
  }

  get #begun(): WriteWatch {
    if (this.#watch === null) throw new Error('the transfer has not begun');
    return this.#watch;
  }

  #partOf(numbers: readonly number[]): MemoryPart {
    const full: number[] = [];
    const zeros: number[] = [];
    for (const frame of numbers) (isZeroFrame(this.#ram.words, frame) ? zeros : full).push(frame);
    const contents = new Uint8Array(allocateShared(full.length * PAGE_BYTES));
    copyFrames(this.#ram.bytes, full, contents);
    return { frames: bytesOf(full), contents, zeros: bytesOf(zeros) };
  }

  devices(): SavedComponents {
    this.#devices.takeInput();
    return this.#devices.save();
  }

  store({ frames, contents, zeros }: MemoryPart): void {
    const full = this.#checked(frames);
    const empty = this.#checked(zeros);
    if (contents.length !== full.length * PAGE_BYTES)
      throw new Error(`${full.length} frames do not fit ${contents.length} bytes of contents`);
    const words = wordsOf(contents);
    full.forEach((frame, n) => {
      putFrame(this.#ram, frame, words.subarray(n * PAGE_WORDS, (n + 1) * PAGE_WORDS));
    });
    for (const frame of empty) putFrame(this.#ram, frame, null);
  }

  load(devices: SavedComponents): void {
    this.#devices.load(devices);
  }

  image(origin: string): MachineImage {
    return { devices: this.#devices.save(), memory: this.#taker.take(origin) };
  }

  become({ devices, memory }: MachineImage): void {
    this.#loader.check(memory);
    this.#devices.check(devices);
    this.#loader.load(memory);
    this.#devices.load(devices);
  }

  /** Forgets the requests of others, but not the image that memory was set to. */
  forget(): void {
    this.end();
    this.#taker.end();
  }

  #checked(numbers: Uint8Array): Uint32Array {
    const frames = new Uint32Array(numbers.slice().buffer, 0, numbers.length >>> 2);
    const wrong = frames.find((frame) => frame >= this.#frames);
    if (wrong !== undefined) throw new Error(`memory has no frame ${wrong}`);
    return frames;
  }
}

function bytesOf(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}
