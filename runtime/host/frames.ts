/** How Ethernet frames cross the host door: each as its length, 16 bits with the low byte first, and its bytes. */
const LENGTH_BYTES = 2;
/** Bytes of a frame at most: a large one of jumbo size, not what segmentation offload is given. */
export const LARGEST_FRAME = 0xffff;

/** Bytes that a frame takes on its way. */
export function framedLength(frame: Uint8Array): number {
  return LENGTH_BYTES + frame.length;
}

/** Writes a frame at `at`; where the next one goes. */
export function putFrame(target: Uint8Array, at: number, frame: Uint8Array): number {
  target[at] = frame.length;
  target[at + 1] = frame.length >> 8;
  target.set(frame, at + LENGTH_BYTES);
  return at + framedLength(frame);
}

/** The frame at `at`, a part of the same memory; undefined where not all of it is there. */
export function frameAt(bytes: Uint8Array, at: number): Uint8Array | undefined {
  if (at + LENGTH_BYTES > bytes.length) return undefined;
  const start = at + LENGTH_BYTES;
  const end = start + (bytes[at] | (bytes[at + 1] << 8));
  return end > bytes.length ? undefined : bytes.subarray(start, end);
}
