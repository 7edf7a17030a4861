import { expect, test } from 'vitest';
import { joinPieces, PIECE_BYTES, PieceWriter } from '../../../src/snapshot/pieces.ts';

/** Bytes of pieces, each of which has one number in all its places. */
function piecesOf(...numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * PIECE_BYTES);
  for (const [n, number] of numbers.entries()) bytes.fill(number, n * PIECE_BYTES, (n + 1) * PIECE_BYTES);
  return bytes;
}

test.each(['once', 'each'] as const)(
  'pieces that are kept %s come back after as many zeros as their number',
  (alike) => {
    const writer = new PieceWriter(alike);
    const bytes = piecesOf(7, 8, 0, 0, 0, 9, 0, 7, 8, 0, 0);
    const list = writer.add(bytes);
    const joined = joinPieces(
      list,
      writer.pieces.length,
      (number) => new Uint8Array(writer.pieces[number - 1]!.slice().buffer),
    );
    expect(Buffer.compare(joined, bytes)).toBe(0);
  },
);
