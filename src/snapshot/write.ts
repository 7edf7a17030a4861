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
  // Alike pieces that are stored once are no run; nothing is joined where every list is one.
  const writer = new PieceWriter(compressor.method === 'none' ? 'each' : 'once');
  const tree = treeOf(saved, (bytes) => writer.add(bytes));
  const starts = Array.from({ length: Math.ceil(writer.pieces.length / CHUNK_PIECES) }, (_, n) => n * CHUNK_PIECES);
  // Where another thread compresses them, it begins with the first one while the next one is put together.
  const chunks = await Promise.all(starts.map((start) => compressor.compress(chunkFrom(writer.pieces, start))));
  const table = chunks.flatMap((chunk) => [chunk.length, checksum(chunk)]);
  const json = headerText({ tree, pieces: writer.pieces.length, chunks: table });
  const header = await compressor.compress(json);
  const fixed = writeFixedPart({
    method: compressor.method,
    headerBytes: header.length,
    jsonBytes: json.length,
    headerChecksum: checksum(header),
  });
  return concatenate([fixed, header, ...chunks]);
}

/** The header as JSON, with spaces after it so that words stay aligned in what follows it without compression. */
function headerText(header: Header): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(text.length / WORD_BYTES) * WORD_BYTES).fill(SPACE);
  padded.set(text);
  return padded;
}

const WORD_BYTES = 4;
const SPACE = 0x20;

function chunkFrom(pieces: readonly Int32Array[], start: number): Uint8Array {
  const taken = pieces.slice(start, start + CHUNK_PIECES);
  const chunk = new Int32Array((taken.length * PIECE_BYTES) / 4);
  taken.forEach((piece, n) => {
    chunk.set(piece, (n * PIECE_BYTES) / 4);
  });
  return new Uint8Array(chunk.buffer);
}
