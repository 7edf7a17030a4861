import type { TransferState } from './state.ts';

type Format = Pick<TransferState, 'isSigned' | 'isStereo' | 'isSilent'>;

/** Takes the samples of bytes, both sides, -32768 to 32767. */
export type PlayFrame = (n: number, left: number, right: number) => void;

/** Gives all whole frames of a transfer's bytes to `play`. `width`: bytes of a sample. */
export function playFrames(bytes: Uint8Array, width: number, format: Format, play: PlayFrame): void {
  const frameBytes = format.isStereo ? 2 * width : width;
  for (let n = 0; (n + 1) * frameBytes <= bytes.length; n++) {
    const at = n * frameBytes;
    const left = format.isSilent ? 0 : sampleAt(bytes, at, width, format.isSigned);
    play(n, left, format.isStereo ? sampleAt(bytes, at + width, width, format.isSigned) : left);
  }
}

/** Unsigned samples have their middle at half of the range. */
function sampleAt(bytes: Uint8Array, at: number, width: number, isSigned: boolean): number {
  const word = width === 1 ? bytes[at]! << 8 : bytes[at]! | (bytes[at + 1]! << 8);
  return isSigned ? (word << 16) >> 16 : word - 0x8000;
}

/** Fills a buffer with the samples of an input without a signal. */
export function fillSilent(bytes: Uint8Array, width: number, isSigned: boolean): void {
  bytes.fill(0);
  if (isSigned) return;
  for (let at = width - 1; at < bytes.length; at += width) bytes[at] = 0x80;
}
