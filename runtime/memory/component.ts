import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import type { Component, Difference, Saved } from '../snapshot/describe.ts';
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
  /** What is in them, in this order. */
  readonly contents: Uint8Array;
}

/** The contents of RAM, ROM and video memory. A load keeps code that was made from pages which do not change. */
export function memoryComponent(ram: GuestRam): Component {
  const { words, bytes, frames } = ram;
  const read = (saved: Saved): MemoryImage => new MemoryImage(checkedMemory(saved, bytes.length));
  return {
    name: 'memory',
    save: () => saveMemory(ram),
    check: (saved) => void read(saved),
    load(saved) {
      const image = read(saved);
      for (let frame = 0; frame < words.length / PAGE_WORDS; frame++) {
        const source = image.frame(frame);
        if (firstDifference(words, source, frame) < 0) continue;
        words.set(source, frame * PAGE_WORDS);
        frames.stored(frame << PAGE_SHIFT, PAGE_BYTES, 'device');
      }
    },
    restored: () => undefined,
    compare: (saved) => differences(words, read(saved)),
    show: () => [`memory: ${bytes.length} bytes`],
  };
}

function saveMemory({ words, bytes }: GuestRam): SavedMemory {
  const frames: number[] = [];
  for (let frame = 0; frame < words.length / PAGE_WORDS; frame++) {
    if (firstDifference(words, zeros, frame) >= 0) frames.push(frame);
  }
  // Another thread takes it without a copy where it is shared.
  const contents = new Uint8Array(allocateShared(frames.length * PAGE_BYTES));
  frames.forEach((frame, n) => {
    contents.set(bytes.subarray(frame * PAGE_BYTES, (frame + 1) * PAGE_BYTES), n * PAGE_BYTES);
  });
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

/** A view of words begins at a multiple of 4; bytes from a file may begin anywhere in their buffer. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
}

const zeros = new Int32Array(PAGE_WORDS);

/** Saved memory by frame. */
class MemoryImage {
  readonly #contents: Int32Array;
  /** Where a frame's contents are, by number. */
  readonly #places = new Map<number, number>();

  constructor({ frames, contents }: SavedMemory) {
    this.#contents = wordsOf(contents);
    wordsOf(frames).forEach((frame, n) => {
      this.#places.set(frame, n * PAGE_WORDS);
    });
  }

  /** The words of a frame. */
  frame(frame: number): Int32Array {
    const place = this.#places.get(frame);
    return place === undefined ? zeros : this.#contents.subarray(place, place + PAGE_WORDS);
  }
}

/** Index, in the frame, of the first word that differs from these, or -1. */
function firstDifference(words: Int32Array, frameWords: Int32Array, frame: number): number {
  const start = frame * PAGE_WORDS;
  for (let n = 0; n < PAGE_WORDS; n++) if (words[start + n] !== frameWords[n]) return n;
  return -1;
}

function differences(words: Int32Array, image: MemoryImage): Difference[] {
  const found: Difference[] = [];
  for (let frame = 0; frame < words.length / PAGE_WORDS && found.length < MOST_SHOWN; frame++) {
    const right = image.frame(frame);
    const n = firstDifference(words, right, frame);
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
