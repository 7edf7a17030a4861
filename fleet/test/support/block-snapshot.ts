/** Bytes that look like a snapshot: a header, and blocks by their numbers, of which a block of one number is always the same. */
export function snapshotOf(headerBytes: number, blocks: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(32 + headerBytes + 4096 * blocks.length).fill(7);
  new DataView(bytes.buffer).setUint32(16, headerBytes, true);
  blocks.forEach((block, n) => {
    const at = 32 + headerBytes + 4096 * n;
    for (let k = 0; k < 4096; k++) bytes[at + k] = (block * 31 + k * (block % 7)) >>> (k % 5);
  });
  return bytes;
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
