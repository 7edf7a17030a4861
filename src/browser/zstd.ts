import { Decompress } from 'fzstd';
import { zstdFrameLength } from '../storage/qcow2/zstd-frame.ts';

/**
 * All bytes of the Zstandard frame (RFC 8878) that a buffer begins with. Its checksum is not looked at.
 * @throws RangeError if there are more than `most`
 */
export function unpackZstd(source: Uint8Array, most: number): Uint8Array {
  const output = new Uint8Array(most);
  let length = 0;
  const stream = new Decompress((piece) => {
    if (length + piece.length > most) throw new RangeError(`more than ${most} bytes`);
    output.set(piece, length);
    length += piece.length;
  });
  if (source.length === 0) throw new RangeError('there is no frame');
  stream.push(source.subarray(0, zstdFrameLength(source)), true);
  return output.subarray(0, length);
}
