import { Decompress } from 'fzstd';
import { zstdFrameLength, zstdWindow } from '../storage/zstd-frame.ts';

/**
 * Largest window. With larger ones the decompressor does not read all distances, and it allocates the window at once. Level 19
 * has 8 MB.
 */
const MOST_WINDOW = 32 << 20;

/**
 * All bytes of the Zstandard frame (RFC 8878) that a buffer begins with. Its checksum is not looked at.
 * @throws RangeError if there are more than `most`, or the window is larger than 32 MB
 */
export function unpackZstd(source: Uint8Array, most: number): Uint8Array {
  if (zstdWindow(source) > MOST_WINDOW) throw new RangeError(`its window is larger than ${MOST_WINDOW} bytes`);
  const output = new Uint8Array(most);
  let length = 0;
  const stream = new Decompress((piece) => {
    if (length + piece.length > most) throw new RangeError(`more than ${most} bytes`);
    output.set(piece, length);
    length += piece.length;
  });
  stream.push(source.subarray(0, zstdFrameLength(source)), true);
  return output.subarray(0, length);
}
