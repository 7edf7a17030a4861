/** Methods of compression, by their numbers in a snapshot: raw deflate (RFC 1951) and Zstandard (RFC 8878). */
export const methods = { deflate: 1, zstd: 2 } as const;
export type Method = keyof typeof methods;

/** A host's compressor for snapshots. */
export interface Compressor {
  readonly method: Method;
  compress(source: Uint8Array): Promise<Uint8Array>;
  /** CRC-32, where the host has a quicker one than runtime/crc32.ts. */
  readonly checksum?: (bytes: Uint8Array) => number;
}
