import type { BusMemory } from '../../memory/bus-memory.ts';
import { longAt } from '../../memory/long.ts';
import type { Segment } from '../../memory/scattered.ts';
import { Element } from './registers.ts';

/** Pieces of memory of a request at most: those of 16 MB in single pages. */
const MOST_SEGMENTS = 4096;
const WIDE_BYTES = 12;
const NARROW_BYTES = 8;

/** An element of a scatter list. */
export interface ScatterElement {
  /** With the length in its lower bits. */
  readonly flags: number;
  readonly address: number;
  readonly bytes: number;
}

/** The element that stands there, with an address of 32 or 64 bits. */
export function elementAt(view: DataView, at: number): ScatterElement {
  const flags = view.getUint32(at, true);
  return (flags & Element.wide) === 0
    ? { flags, address: view.getUint32(at + 4, true), bytes: NARROW_BYTES }
    : { flags, address: longAt(view, at + 4), bytes: WIDE_BYTES };
}

/** A scatter list in memory: its first element, and the element that names its next part; null: there is none. */
export interface ScatterList {
  readonly address: number;
  readonly chain: number | null;
  /** Bytes of the data. */
  readonly length: number;
}

/** The pieces of memory that a list names, as far as its length goes; null: it is wrong, or names too little. */
export function readScatterList(list: ScatterList, memory: BusMemory): readonly Segment[] | null {
  const segments: Segment[] = [];
  const read = (at: number): ScatterElement => {
    const bytes = new Uint8Array(WIDE_BYTES);
    memory.read(at, bytes);
    return elementAt(new DataView(bytes.buffer), 0);
  };
  let { address: at, chain, length: left } = list;
  while (left > 0) {
    const element = read(at);
    const bytes = Math.min(element.flags & Element.lengthMask, left);
    if ((element.flags & Element.typeMask) !== Element.simple || bytes === 0) return null;
    if (segments.length === MOST_SEGMENTS) return null;
    segments.push({ address: element.address, length: bytes });
    left -= bytes;
    at += element.bytes;
    if ((element.flags & Element.endOfList) !== 0) break;
    if ((element.flags & Element.last) === 0) continue;
    if (chain === null) break;
    const next = read(chain);
    if ((next.flags & Element.typeMask) !== Element.chain) return null;
    at = next.address;
    const offset = (next.flags >>> Element.chainOffsetShift) & 0xff;
    chain = offset === 0 ? null : at + 4 * offset;
  }
  return left > 0 ? null : segments;
}
