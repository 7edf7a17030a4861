import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import type { Component, Difference, Saved } from '../snapshot/describe.ts';
import type { GuestRam } from './ram.ts';

const PAGE_WORDS = PAGE_BYTES / 4;
/** More differing words than this are not listed. */
const MOST_SHOWN = 8;

/** The contents of RAM, ROM and video memory. A load keeps code that was made from pages which do not change. */
export function memoryComponent(ram: GuestRam): Component {
  const { words, bytes, frames } = ram;
  const lengthChecked = (saved: Saved): Uint8Array => {
    if (!(saved instanceof Uint8Array)) throw new Error('memory: expected bytes');
    if (saved.length !== bytes.length)
      throw new Error(`memory: expected ${bytes.length} bytes, found ${saved.length} bytes`);
    return saved;
  };
  const wordsOf = (saved: Saved): Int32Array => {
    const found = lengthChecked(saved);
    // A view of words begins at a multiple of 4; bytes from a file may begin anywhere in their buffer.
    const aligned = found.byteOffset % 4 === 0 ? found : found.slice();
    return new Int32Array(aligned.buffer, aligned.byteOffset, words.length);
  };
  return {
    name: 'memory',
    save: () => bytes.slice(),
    check: (saved) => void lengthChecked(saved),
    load(saved) {
      const source = wordsOf(saved);
      for (let frame = 0; frame < words.length / PAGE_WORDS; frame++) {
        if (firstDifference(words, source, frame) < 0) continue;
        words.set(source.subarray(frame * PAGE_WORDS, (frame + 1) * PAGE_WORDS), frame * PAGE_WORDS);
        frames.stored(frame << PAGE_SHIFT, PAGE_BYTES, 'device');
      }
    },
    restored: () => undefined,
    compare: (saved) => differences(words, wordsOf(saved)),
    show: () => [`memory: ${bytes.length} bytes`],
  };
}

/** Index of the first word of a frame that differs, or -1. */
function firstDifference(left: Int32Array, right: Int32Array, frame: number): number {
  for (let n = frame * PAGE_WORDS; n < (frame + 1) * PAGE_WORDS; n++) if (left[n] !== right[n]) return n;
  return -1;
}

function differences(left: Int32Array, right: Int32Array): Difference[] {
  const found: Difference[] = [];
  for (let frame = 0; frame < left.length / PAGE_WORDS && found.length < MOST_SHOWN; frame++) {
    const n = firstDifference(left, right, frame);
    if (n >= 0) found.push({ path: `memory ${hex(n * 4)}`, left: hex(left[n]), right: hex(right[n]) });
  }
  return found;
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
