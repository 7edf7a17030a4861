import { crc32 } from '../../runtime/crc32.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { Decompressor } from '../storage/qcow2/compressed.ts';
import { CHUNK_PIECES, damaged, FIXED_BYTES, readFixedPart, SnapshotError } from './layout.ts';
import { joinPieces, PIECE_BYTES } from './pieces.ts';
import { savedOf } from './tree.ts';
import { upgraded } from './upgrades.ts';
import type { Header } from './write.ts';

/** What a file may hold: the largest memory, what stands beside it, and images of kernels. */
const MOST_BYTES = 2 ** 32;

/**
 * What a snapshot was made of. `name` is for messages, `most` a bound on what it may claim to hold, in bytes.
 * @throws SnapshotError if it is damaged, no snapshot, or too new
 */
export async function readSnapshot(
  name: string,
  file: Uint8Array,
  decompressor: Decompressor,
  most = MOST_BYTES,
): Promise<Saved> {
  const { version, method, headerBytes, jsonBytes, headerChecksum } = readFixedPart(name, file);
  if (jsonBytes > most) throw damaged(name);
  const { checksum: checksumOf = crc32 } = decompressor;
  const decompress = decompressor[method];
  if (decompress === undefined) {
    throw new SnapshotError(name, `is compressed by ${method}, which this host doesn't know`);
  }
  const unpack = async (bytes: Uint8Array, length: number, checksum: number): Promise<Uint8Array> => {
    if (checksumOf(bytes) !== checksum) throw damaged(name);
    const unpacked = await decompress(bytes, length);
    if (unpacked.length !== length) throw damaged(name);
    return unpacked;
  };
  const start = FIXED_BYTES + headerBytes;
  const json = await unpack(file.subarray(FIXED_BYTES, start), jsonBytes, headerChecksum);
  try {
    const header = checkedHeader(JSON.parse(new TextDecoder().decode(json)), most);
    const chunks = await Promise.all(chunksOf(file.subarray(start), header).map((chunk) => unpack(...chunk)));
    return upgraded(joined(header, chunks, most), version);
  } catch (error) {
    throw error instanceof SnapshotError ? error : new SnapshotError(name, `is damaged: ${(error as Error).message}`);
  }
}

function checkedHeader(header: Header, most: number): Header {
  const { tree, pieces, chunks } = header;
  if (tree === undefined) throw new Error('it holds no state');
  if (!(pieces >= 0 && pieces * PIECE_BYTES <= most)) throw new Error(`it claims to have ${pieces} pieces`);
  const isTable = Array.isArray(chunks) && chunks.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!isTable || chunks.length !== 2 * Math.ceil(pieces / CHUNK_PIECES))
    throw new Error('its table of chunks is wrong');
  return header;
}

/** Of each chunk: its bytes, the bytes that it has been made of, and a checksum. */
function chunksOf(file: Uint8Array, { pieces, chunks }: Header): [Uint8Array, number, number][] {
  let at = 0;
  return Array.from({ length: chunks.length / 2 }, (_, n) => {
    const bytes = file.subarray(at, at + chunks[2 * n]);
    at += chunks[2 * n];
    const count = Math.min(CHUNK_PIECES, pieces - n * CHUNK_PIECES);
    return [bytes, count * PIECE_BYTES, chunks[2 * n + 1]];
  });
}

function joined({ tree, pieces }: Header, chunks: readonly Uint8Array[], most: number): Saved {
  let claimed = 0;
  const piecesFrom = (number: number, most: number): Uint8Array => {
    const at = ((number - 1) % CHUNK_PIECES) * PIECE_BYTES;
    return chunks[Math.floor((number - 1) / CHUNK_PIECES)].subarray(at, at + most * PIECE_BYTES);
  };
  return savedOf(tree, (list) => {
    claimed += list.bytes;
    if (claimed > most) throw new Error(`it claims to hold more than ${most} bytes`);
    return joinPieces(list, pieces, piecesFrom);
  });
}
