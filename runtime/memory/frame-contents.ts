import { PAGE_BYTES } from '../../translator/abi/page.ts';

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

/** Index, in the frame, of the first word of it that differs from these, or -1. */
export function firstDifference(words: Int32Array, frame: number, others: Int32Array): number {
  const start = frame * FRAME_WORDS;
  for (let n = 0; n < FRAME_WORDS; n++) if (words[start + n] !== others[n]) return n;
  return -1;
}

/** What frames hold, one after the other. */
export function copyFrames(bytes: Uint8Array, frames: readonly number[], target: Uint8Array): void {
  frames.forEach((frame, n) => {
    target.set(bytes.subarray(frame * PAGE_BYTES, (frame + 1) * PAGE_BYTES), n * PAGE_BYTES);
  });
}
