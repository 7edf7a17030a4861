/** Methods of compression, by their numbers in a snapshot: none, raw deflate (RFC 1951) and Zstandard (RFC 8878). */
export const methods = { none: 0, deflate: 1, zstd: 2 } as const;
export type Method = keyof typeof methods;

/** A host's compressor for snapshots. */
export interface Compressor {
  readonly method: Method;
  compress(source: Uint8Array): Promise<Uint8Array>;
  /** CRC-32, where the host has a quicker one than runtime/crc32.ts. */
  readonly checksum?: (bytes: Uint8Array) => number;
}

/** Leaves bytes as they are: the largest files, and the quickest ones to restore. */
export function uncompressed({ checksum }: Compressor): Compressor {
  return { method: 'none', compress: async (source) => source, ...(checksum && { checksum }) };
}
