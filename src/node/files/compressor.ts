import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Compressor } from '../../snapshot/compression.ts';

const { constants } = zlib;

const quick = { checksum: (bytes: Uint8Array) => zlib.crc32(bytes) };

/** A compressor whose output browsers can read too. */
export const portableCompressor: Compressor = {
  method: 'deflate',
  compress: (bytes) => promisify(zlib.deflateRaw)(bytes, { level: constants.Z_BEST_SPEED }),
};

/** The quickest levels: a snapshot of a Linux guest gets hardly smaller by others. */
export const nodeCompressor: Compressor =
  typeof zlib.zstdCompress === 'function'
    ? {
        ...quick,
        method: 'zstd',
        compress: (bytes) => promisify(zlib.zstdCompress)(bytes, { ...ZSTD, chunkSize: CHUNK_SIZE }),
      }
    : // Node 22.12 to 22.14.
      portableCompressor;

/** Each part of the output is a turn of a thread; a chunk of a snapshot is one. */
const CHUNK_SIZE = 1 << 20;
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
