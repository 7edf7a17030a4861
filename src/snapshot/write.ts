import { crc32 } from '../../runtime/crc32.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import { concatenate } from '../util/bytes.ts';
import type { Compressor } from './compression.ts';
import { CHUNK_PIECES, writeFixedPart } from './layout.ts';
import { PIECE_BYTES, PieceWriter } from './pieces.ts';
import { type Tree, treeOf } from './tree.ts';

/** The contents of the header, as JSON. */
export interface Header {
  readonly tree: Tree;
  /** Pieces in all. */
  readonly pieces: number;
  /** For each chunk: its bytes in the file, and their checksum. */
  readonly chunks: readonly number[];
}

/** Makes a file of a saved state: bytes in chunks, each of which is compressed by itself. */
export async function writeSnapshot(saved: Saved, compressor: Compressor): Promise<Uint8Array<ArrayBuffer>> {
  const { checksum = crc32 } = compressor;
  const writer = new PieceWriter();
  const tree = treeOf(saved, (bytes) => writer.add(bytes));
  const starts = Array.from({ length: Math.ceil(writer.pieces.length / CHUNK_PIECES) }, (_, n) => n * CHUNK_PIECES);
  // Where another thread compresses them, it begins with the first one while the next one is put together.
  const chunks = await Promise.all(starts.map((start) => compressor.compress(chunkFrom(writer.pieces, start))));
  const table = chunks.flatMap((chunk) => [chunk.length, checksum(chunk)]);
  const json = new TextEncoder().encode(
    JSON.stringify({ tree, pieces: writer.pieces.length, chunks: table } as Header),
  );
  const header = await compressor.compress(json);
  const fixed = writeFixedPart({
    method: compressor.method,
    headerBytes: header.length,
    jsonBytes: json.length,
    headerChecksum: checksum(header),
  });
  return concatenate([fixed, header, ...chunks]);
}

function chunkFrom(pieces: readonly Int32Array[], start: number): Uint8Array {
  const taken = pieces.slice(start, start + CHUNK_PIECES);
  const chunk = new Int32Array((taken.length * PIECE_BYTES) / 4);
  taken.forEach((piece, n) => {
    chunk.set(piece, (n * PIECE_BYTES) / 4);
  });
  return new Uint8Array(chunk.buffer);
}
