import { Decompress } from 'fzstd';
import { zstdFrameLength, zstdWindow } from '../storage/zstd-frame.ts';
import { concatenate } from '../util/bytes.ts';

/**
 * Largest window. With larger ones the decompressor does not read all distances, and it allocates the window at once. Level 19
 * has 8 MB.
 */
const MOST_WINDOW = 32 << 20;

/** Bytes in which the size of a frame's window is. */
const HEADER = 18;

/** Decompresses Zstandard frames that come in parts. Their checksums are not looked at. */
export class ZstdDecoder {
  readonly #stream: Decompress;
  /** Its beginning, until that has the size of the window. */
  #head: Uint8Array | undefined = new Uint8Array();

  /** @param take gets what is unpacked */
  constructor(take: (part: Uint8Array) => void) {
    this.#stream = new Decompress(take);
  }

  /** @throws RangeError if the window is larger than 32 MB; Error for what is damaged */
  push(part: Uint8Array, isLast: boolean): void {
    const ready = this.#head === undefined ? part : concatenate([this.#head, part]);
    if (this.#head !== undefined) {
      this.#head = ready;
      if (ready.length < HEADER && !isLast) return;
      checkWindow(ready);
      this.#head = undefined;
    }
    this.#stream.push(ready, isLast);
  }
}

function checkWindow(source: Uint8Array): void {
  if (zstdWindow(source) > MOST_WINDOW) throw new RangeError(`its window is larger than ${MOST_WINDOW} bytes`);
}

/**
 * All bytes of the Zstandard frame (RFC 8878) that a buffer begins with. Its checksum is not looked at.
 * @throws RangeError if there are more than `most`, or the window is larger than 32 MB
 */
export function unpackZstd(source: Uint8Array, most: number): Uint8Array {
  checkWindow(source);
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
