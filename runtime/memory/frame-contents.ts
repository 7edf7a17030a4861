import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import type { GuestRam } from './ram.ts';

const FRAME_WORDS = PAGE_BYTES / 4;

/** Whether a frame of memory is all zeros. Eight words share a branch: most of a machine's memory is looked through here. */
export function isZeroFrame(words: Int32Array, frame: number): boolean {
  const end = (frame + 1) * FRAME_WORDS;
  for (let n = frame * FRAME_WORDS; n < end; n += 8) {
    const low = words[n] | words[n + 1] | words[n + 2] | words[n + 3];
    const high = words[n + 4] | words[n + 5] | words[n + 6] | words[n + 7];
    if ((low | high) !== 0) return false;
  }
  return true;
}

/** Whether bytes are whole frames, at a place where words begin, and all zeros. */
export function areZeroFrames({ buffer, byteOffset, length }: Uint8Array): boolean {
  if (byteOffset % 4 !== 0 || length % PAGE_BYTES !== 0) return false;
  const words = new Int32Array(buffer, byteOffset, length / 4);
  for (let frame = 0; frame < length / PAGE_BYTES; frame++) if (!isZeroFrame(words, frame)) return false;
  return true;
}

/** Index, in the frame, of the first word of it that differs from these, or -1. Eight words share a branch, as above. */
export function firstDifference(words: Int32Array, frame: number, others: Int32Array): number {
  const start = frame * FRAME_WORDS;
  for (let n = 0, at = start; n < FRAME_WORDS; n += 8, at += 8) {
    const low =
      (words[at] ^ others[n]) |
      (words[at + 1] ^ others[n + 1]) |
      (words[at + 2] ^ others[n + 2]) |
      (words[at + 3] ^ others[n + 3]);
    const high =
      (words[at + 4] ^ others[n + 4]) |
      (words[at + 5] ^ others[n + 5]) |
      (words[at + 6] ^ others[n + 6]) |
      (words[at + 7] ^ others[n + 7]);
    if ((low | high) !== 0) return firstIn(words, start, others, n);
  }
  return -1;
}

/** Index of the first word, from `n` on, that differs; one of the next eight does. */
function firstIn(words: Int32Array, start: number, others: Int32Array, n: number): number {
  while (words[start + n] === others[n]) n++;
  return n;
}

/** Copies the contents of frames, one after the other, to `target`. */
export function copyFrames(bytes: Uint8Array, frames: readonly number[], target: Uint8Array): void {
  frames.forEach((frame, n) => {
    target.set(bytes.subarray(frame * PAGE_BYTES, (frame + 1) * PAGE_BYTES), n * PAGE_BYTES);
  });
}

/**
 * Puts saved contents in a frame's place. What is the same stays where somebody asks what has changed, as for code that was made of it.
 * @param source its words; null: zeros
 */
export function putFrame(ram: GuestRam, frame: number, source: Int32Array | null): void {
  const { words, frames } = ram;
  const isUntouched = ram.isUntouched(frame);
  if (source === null) {
    // Memory that nobody has touched takes none of the host's.
    if (isUntouched || isZeroFrame(words, frame)) return;
    words.fill(0, frame * FRAME_WORDS, (frame + 1) * FRAME_WORDS);
  } else {
    if (!isUntouched && frames.marks[frame] !== 0 && firstDifference(words, frame, source) < 0) return;
    words.set(source, frame * FRAME_WORDS);
  }
  frames.stored(frame << PAGE_SHIFT, PAGE_BYTES, 'device');
}

/** A view of words begins at a multiple of 4; bytes from a file may begin anywhere in their buffer. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
}
