const MAGIC = 0xfd2fb528;
/** Bytes of a dictionary's number, by two bits of the frame's descriptor. */
const DICTIONARY_BYTES = [0, 1, 2, 4];

/** Whether a buffer begins with a frame. */
export function hasZstdFrame(source: Uint8Array): boolean {
  return source.length >= 4 && new DataView(source.buffer, source.byteOffset).getUint32(0, true) === MAGIC;
}

/**
 * Bytes of the frame that a buffer begins with: decompressors take what follows for the next one. RFC 8878, 3.1.1.
 * All bytes of the buffer, if it holds no whole frame.
 */
export function zstdFrameLength(source: Uint8Array): number {
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  if (source.length < 5 || view.getUint32(0, true) !== MAGIC) return source.length;
  const descriptor = source[4];
  let at = 5 + headerFields(descriptor);
  for (let isLast = false; !isLast; ) {
    if (at + 3 > source.length) return source.length;
    const block = source[at] | (source[at + 1] << 8) | (source[at + 2] << 16);
    const isRepeated = ((block >> 1) & 3) === 1;
    isLast = (block & 1) !== 0;
    at += 3 + (isRepeated ? 1 : block >> 3);
  }
  const checksum = descriptor & 4 ? 4 : 0;
  return Math.min(source.length, at + checksum);
}

/** Bytes of window descriptor, dictionary and content size. */
export function headerFields(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const content = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6];
  return (isSingleSegment ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3] + content;
}

/**
 * Bytes of the window of the frame that a buffer begins with: so much of what was decompressed must be kept. RFC 8878, 3.1.1.1.2.
 * @throws RangeError where there is no frame
 */
export function zstdWindow(source: Uint8Array): number {
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  if (source.length < 6 || view.getUint32(0, true) !== MAGIC) throw new RangeError('there is no frame');
  const descriptor = source[4];
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if (isSingleSegment) return contentSize(view, descriptor);
  const window = source[5];
  const base = 2 ** (10 + (window >> 3));
  return base + (base / 8) * (window & 7);
}

/** Size of the content. A single segment has all of it in its window (3.1.1.1.4). */
function contentSize(view: DataView, descriptor: number): number {
  const at = 5 + DICTIONARY_BYTES[descriptor & 3];
  const size = descriptor >> 6;
  if (at + 2 ** size > view.byteLength) throw new RangeError('there is no frame');
  if (size === 0) return view.getUint8(at);
  if (size === 1) return view.getUint16(at, true) + 256;
  return size === 2 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
