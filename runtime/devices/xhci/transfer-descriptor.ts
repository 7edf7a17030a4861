import type { BusMemory } from '../../memory/bus-memory.ts';
import { type Cursor, lengthOf, nextTrb, type Trb, TrbControl, TrbType, typeOf } from './trb.ts';

/** A transfer descriptor: TRBs that a chain bit ties together (4.11.1). */
export interface TransferDescriptor {
  readonly trbs: readonly Trb[];
  /** Where the ring goes on. */
  readonly next: Cursor;
}

/** More in one are a mistake: a ring of nothing but chains has no end. */
const MOST_TRBS = 1024;

/** The next one of a ring; as `nextTrb` where it is not all there. */
export function readTransfer(
  memory: BusMemory,
  { dequeue, cycle }: Cursor,
): TransferDescriptor | 'empty' | 'lost' | 'endless' {
  const next = { dequeue, cycle };
  const trbs: Trb[] = [];
  while (trbs.length < MOST_TRBS) {
    const trb = nextTrb(memory, next);
    if (typeof trb === 'string') return trb;
    trbs.push(trb);
    if ((trb.control & TrbControl.chain) === 0) return { trbs, next };
  }
  return 'endless';
}

/** Bytes that a TRB is about. */
export function dataLength(trb: Trb): number {
  const type = typeOf(trb);
  return type === TrbType.normal || type === TrbType.data || type === TrbType.setup ? lengthOf(trb) : 0;
}

interface Piece {
  /** Offset of its first byte in the whole transfer. */
  readonly start: number;
  readonly address: number;
  readonly length: number;
}

const IMMEDIATE_BYTES = 8;

/** The data of a transfer, which is in pieces of memory. */
export class TransferBuffer {
  readonly length: number;
  readonly #memory: BusMemory;
  readonly #pieces: readonly Piece[];

  constructor(memory: BusMemory, trbs: readonly Trb[]) {
    this.#memory = memory;
    let length = 0;
    this.#pieces = trbs.map((trb) => {
      const piece = { start: length, ...placeOf(trb) };
      length += piece.length;
      return piece;
    });
    this.length = length;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#forEach(offset, length, (address, from, to) => this.#memory.read(address, bytes.subarray(from, to)));
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#forEach(offset, bytes.length, (address, from, to) => this.#memory.write(address, bytes.subarray(from, to)));
  }

  /** Calls `act` for what of a range is in one piece: where it is, and its bytes' numbers in the range. */
  #forEach(offset: number, length: number, act: (address: number, from: number, to: number) => void): void {
    for (let n = this.#pieceAt(offset), done = 0; done < length; n++) {
      const piece = this.#pieces[n]!;
      const inside = offset + done - piece.start;
      const count = Math.min(length - done, piece.length - inside);
      if (count > 0) act(piece.address + inside, done, done + count);
      done += count;
    }
  }

  /** The last piece that begins there or before. */
  #pieceAt(offset: number): number {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#pieces[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Immediate data stands in the TRB itself (4.11.7). */
function placeOf(trb: Trb): { address: number; length: number } {
  const length = dataLength(trb);
  if ((trb.control & TrbControl.immediate) === 0) return { address: trb.parameter, length };
  return { address: trb.address, length: Math.min(length, IMMEDIATE_BYTES) };
}
