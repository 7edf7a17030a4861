import { Decompress } from 'fzstd';
import { hasZstdFrame, headerFields, zstdFrameLength, zstdWindow } from '../storage/zstd-frame.ts';

/**
 * Largest window. With larger ones the decompressor does not read all distances, and it allocates the window at once. Level 19
 * has 8 MB.
 */
const MOST_WINDOW = 32 << 20;

/** Decompresses Zstandard frames that come in parts. Their checksums are not looked at. */
export class ZstdDecoder {
  readonly #stream: Decompress;
  readonly #frames = new FrameWatch();
  #unpacked = 0;

  /** @param take gets what is unpacked */
  constructor(take: (part: Uint8Array) => void) {
    this.#stream = new Decompress((part) => {
      this.#unpacked += part.length;
      take(part);
    });
  }

  /** @throws RangeError if a window is larger than 32 MB, or blocks are too small for it; Error for what is damaged */
  push(part: Uint8Array, isLast: boolean): void {
    this.#frames.pass(part);
    if (this.#frames.moved > MOST_MOVED + MOST_MOVED_EACH * this.#unpacked)
      throw new RangeError('its blocks are too small for its window');
    this.#stream.push(part, isLast);
  }
}

/**
 * Bytes that windows may be moved by. The decompressor moves the whole window for each block: a hostile layer of 80 KB would keep the page busy
 * for minutes. What compressors write is far below that: blocks have 128 KB.
 */
const [MOST_MOVED, MOST_MOVED_EACH] = [16 * 2 ** 30, 2048];
const [SKIPPABLE, SKIPPABLE_HEADER, BLOCK_HEADER, CHECKSUM] = [0x184d2a5, 8, 3, 4];

/** Follows the frames and blocks of a stream (RFC 8878, 3.1), whose windows the decompressor allocates as they come. */
class FrameWatch {
  /** Bytes that windows were moved by. */
  moved = 0;
  /** The beginning of a header. */
  #head: number[] = [];
  #isInFrame = false;
  #checksum = 0;
  #window = 0;
  /** Bytes up to the next header. */
  #skipped = 0;

  /** @throws RangeError */
  pass(part: Uint8Array): void {
    for (let at = 0; at < part.length; ) {
      const skipped = Math.min(this.#skipped, part.length - at);
      this.#skipped -= skipped;
      at += skipped;
      if (at >= part.length) return;
      this.#head.push(part[at++]!);
      if (this.#isInFrame) this.#block();
      else this.#frame();
    }
  }

  #block(): void {
    if (this.#head.length < BLOCK_HEADER) return;
    const [low, middle, high] = this.#head as [number, number, number];
    const isRepeated = ((low >> 1) & 3) === 1;
    const isLast = (low & 1) !== 0;
    this.#skipped = (isRepeated ? 1 : (low | (middle << 8) | (high << 16)) >> 3) + (isLast ? this.#checksum : 0);
    this.moved += this.#window;
    this.#isInFrame = !isLast;
    this.#head = [];
  }

  #frame(): void {
    const { length } = this.#head;
    if (length < 5) return;
    const header = Uint8Array.from(this.#head);
    const view = new DataView(header.buffer);
    if (view.getUint32(0, true) >>> 4 === SKIPPABLE) {
      if (length < SKIPPABLE_HEADER) return;
      this.#skipped = view.getUint32(4, true);
    } else {
      const descriptor = header[4]!;
      if (hasZstdFrame(header) && length < 5 + headerFields(descriptor)) return;
      checkWindow(header);
      this.#window = zstdWindow(header);
      this.#checksum = descriptor & 4 ? CHECKSUM : 0;
      this.#isInFrame = true;
    }
    this.#head = [];
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
