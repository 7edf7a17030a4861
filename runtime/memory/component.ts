import { PAGE_BYTES } from '../../translator/abi/page.ts';
import type { Component, Difference, Saved } from '../snapshot/describe.ts';
import { copyFrames, firstDifference, isZeroFrame, putFrame, wordsOf } from './frame-contents.ts';
import { allocateShared, type GuestRam } from './ram.ts';

const PAGE_WORDS = PAGE_BYTES / 4;
/** More differing words than this are not listed. */
const MOST_SHOWN = 8;

/** Saved memory: the frames that are not all zeros. */
interface SavedMemory {
  readonly [name: string]: Saved;
  /** Bytes of memory. */
  readonly length: number;
  /** Their numbers, ascending, four bytes each, low byte first. */
  readonly frames: Uint8Array;
  /** Contents of these frames, in this order. */
  readonly contents: Uint8Array;
}

/** The contents of RAM, ROM and video memory. A load keeps code that was made from pages which do not change. */
export function memoryComponent(ram: GuestRam): Component {
  const { words, bytes } = ram;
  const read = (saved: Saved): MemoryImage => new MemoryImage(checkedMemory(saved, bytes.length));
  return {
    name: 'memory',
    save: () => saveMemory(ram),
    check: (saved) => void read(saved),
    load(saved) {
      const image = read(saved);
      for (let frame = 0; frame < words.length / PAGE_WORDS; frame++) putFrame(ram, frame, image.frame(frame));
    },
    restored: () => undefined,
    compare: (saved) => differences(words, read(saved)),
    show: () => [`memory: ${bytes.length} bytes`],
  };
}

function saveMemory({ words, bytes }: GuestRam): SavedMemory {
  const frames: number[] = [];
  for (let frame = 0; frame < words.length / PAGE_WORDS; frame++) if (!isZeroFrame(words, frame)) frames.push(frame);
  // Another thread takes it without a copy where it is shared.
  const contents = new Uint8Array(allocateShared(frames.length * PAGE_BYTES));
  copyFrames(bytes, frames, contents);
  return { length: bytes.length, frames: new Uint8Array(Uint32Array.from(frames).buffer), contents };
}

function checkedMemory(saved: Saved, length: number): SavedMemory {
  const { length: found, frames, contents } = (saved ?? {}) as SavedMemory;
  if (!(frames instanceof Uint8Array && contents instanceof Uint8Array)) {
    throw new Error('memory: expected length, frames and contents');
  }
  if (found !== length) throw new Error(`memory: expected ${length} bytes, found ${found} bytes`);
  const numbers = wordsOf(frames);
  const isAscending = numbers.every((frame, n) => frame > (n === 0 ? -1 : numbers[n - 1]));
  if (!isAscending || numbers.length * PAGE_BYTES !== contents.length || (numbers.at(-1) ?? 0) >= length / PAGE_BYTES) {
    throw new Error(`memory: ${numbers.length} frames do not fit ${contents.length} bytes of contents`);
  }
  return saved as SavedMemory;
}

const zeros = new Int32Array(PAGE_WORDS);

/** Saved memory by frame. */
class MemoryImage {
  readonly #contents: Int32Array;
  /** By frame: where its contents are, counted in frames from 1; 0: it is all zeros. */
  readonly #places: Int32Array;

  constructor({ length, frames, contents }: SavedMemory) {
    this.#contents = wordsOf(contents);
    this.#places = new Int32Array(length / PAGE_BYTES);
    wordsOf(frames).forEach((frame, n) => {
      this.#places[frame] = n + 1;
    });
  }

  /** The words of a frame; null: zeros. */
  frame(frame: number): Int32Array | null {
    const place = this.#places[frame];
    return place === 0 ? null : this.#contents.subarray((place - 1) * PAGE_WORDS, place * PAGE_WORDS);
  }
}

function differences(words: Int32Array, image: MemoryImage): Difference[] {
  const found: Difference[] = [];
  for (let frame = 0; frame < words.length / PAGE_WORDS && found.length < MOST_SHOWN; frame++) {
    const right = image.frame(frame) ?? zeros;
    const n = firstDifference(words, frame, right);
    const address = frame * PAGE_BYTES + n * 4;
    if (n >= 0) {
      found.push({ path: `memory ${hex(address)}`, left: hex(words[address >>> 2]), right: hex(right[n]) });
    }
  }
  return found;
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
