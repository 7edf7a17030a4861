import { allocateShared } from '../../runtime/memory/ram.ts';

/** Bytes of a piece: those of a frame of memory, most of which are alike in nothing smaller. */
export const PIECE_BYTES = 4096;
const PIECE_WORDS = PIECE_BYTES / 4;
/** Pieces of one hash that are compared with; others are stored again. */
const MOST_ALIKE = 8;
/** The piece of zeros, which is stored nowhere. */
export const ZERO_PIECE = 0;

const zeros = new Int32Array(PIECE_WORDS);

/** Where bytes are: how many they are, and runs of pieces, each by its first one's number and their count. */
export interface PieceList {
  readonly bytes: number;
  readonly runs: readonly number[];
}

/** Cuts bytes into pieces. Those that are alike are kept once, or each; those of zeros never. */
export class PieceWriter {
  /** The pieces from number 1 on, in order. */
  readonly pieces: Int32Array[] = [];
  /** Nobody can make pieces of one hash who doesn't know it. */
  readonly #seed = crypto.getRandomValues(new Int32Array(1))[0];
  /** Numbers of pieces, by a hash of theirs. */
  readonly #numbers = new Map([[hashOf(zeros, this.#seed), [ZERO_PIECE]]]);
  readonly #alike: 'once' | 'each';

  constructor(alike: 'once' | 'each' = 'once') {
    this.#alike = alike;
  }

  add(bytes: Uint8Array): PieceList {
    const runs: number[] = [];
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const number = this.#number(pieceAt(bytes, at));
      const isZero = number === ZERO_PIECE;
      // A run of zeros is one of the same piece again and again, others go on with the next number.
      const isSameKind = runs.length > 0 && isZero === (runs.at(-2) === ZERO_PIECE);
      if (isSameKind && (isZero || number === runs.at(-2)! + runs.at(-1)!)) runs[runs.length - 1]++;
      else runs.push(number, 1);
    }
    return { bytes: bytes.length, runs };
  }

  #number(piece: Int32Array): number {
    const hash = hashOf(piece, this.#seed);
    const alike = this.#numbers.get(hash) ?? [];
    const known = alike.find((number) => areEqual(this.pieces[number - 1] ?? zeros, piece));
    if (known !== undefined) return known;
    this.pieces.push(piece);
    if (this.#alike === 'once' && alike.length < MOST_ALIKE) this.#numbers.set(hash, [...alike, this.pieces.length]);
    return this.pieces.length;
  }
}

/** A view where the bytes allow it, else a copy; zeros follow the last bytes. */
function pieceAt(bytes: Uint8Array, at: number): Int32Array {
  const isView = bytes.byteOffset % 4 === 0 && at + PIECE_BYTES <= bytes.length;
  if (isView) return new Int32Array(bytes.buffer, bytes.byteOffset + at, PIECE_WORDS);
  const copy = new Uint8Array(PIECE_BYTES);
  copy.set(bytes.subarray(at, at + PIECE_BYTES));
  return new Int32Array(copy.buffer);
}

/** Distance of the words that are hashed: pieces with the same hash are compared. */
const HASH_STEP = 15;

function hashOf(piece: Int32Array, seed: number): number {
  let hash = seed;
  for (let n = 0; n < PIECE_WORDS; n += HASH_STEP) hash = Math.imul(hash ^ piece[n], 0x9e3779b1) ^ (hash >>> 15);
  return hash;
}

function areEqual(left: Int32Array, right: Int32Array): boolean {
  for (let n = 0; n < PIECE_WORDS; n++) if (left[n] !== right[n]) return false;
  return true;
}

/**
 * Puts bytes together again. `pieces` gives pieces from a number on, which begin at 1: so many at most, or fewer. Throws an Error where
 * the list is no such list.
 */
export function joinPieces(
  { bytes, runs }: PieceList,
  count: number,
  pieces: (number: number, most: number) => Uint8Array,
): Uint8Array {
  // Another thread takes it without a copy where it is shared.
  const target = new Uint8Array(allocateShared(bytes));
  let at = 0;
  for (let n = 0; n < runs.length; n += 2) {
    const [first, length] = [runs[n], runs[n + 1]];
    if (first !== ZERO_PIECE && first + length - 1 > count) throw new Error(`it has no piece ${first + length - 1}`);
    const end = Math.min(at + length * PIECE_BYTES, bytes);
    for (let number = first; first !== ZERO_PIECE && at < end; ) {
      const part = pieces(number, Math.ceil((end - at) / PIECE_BYTES)).subarray(0, end - at);
      target.set(part, at);
      at += part.length;
      number += Math.ceil(part.length / PIECE_BYTES);
    }
    at = end;
  }
  if (at < bytes) throw new Error(`${bytes - at} of ${bytes} bytes are missing`);
  return target;
}
