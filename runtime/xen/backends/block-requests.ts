import { SECTOR_BYTES } from '../../host/block.ts';
import { longAt } from '../../memory/long.ts';
import type { Segment } from '../../memory/scattered.ts';

/** Operations of requests, and how they end (io/blkif.h). */
export const Operation = { read: 0, write: 1, flush: 3, discard: 5, indirect: 6 } as const;
export const BlockStatus = { okay: 0, error: -1, unsupported: -2 } as const;

/** Bytes of a request and of an answer, as a compiler for the i386 lays them out. */
export const REQUEST_BYTES = 108;
const ANSWER_BYTES = 12;
/** Segments in a request, and in the page that an indirect one names. */
const DIRECT_SEGMENTS = 11;
export const INDIRECT_SEGMENTS = 256;
const SEGMENT_BYTES = 8;
const PAGE_SECTORS = 8;

const At = { operation: 0, segments: 1, id: 4, sector: 12, list: 20, discarded: 20 } as const;
const Indirect = { operation: 1, segments: 2, list: 24 } as const;

/** Gives access to what the front end grants. */
export interface Granted {
  /** The address of a page; null: it is not granted. */
  pageOf(reference: number, access: 'read' | 'write'): number | null;
  read(address: number, length: number): DataView;
}

export type BlockRequest =
  | { readonly kind: 'read' | 'write'; readonly sector: number; readonly segments: readonly Segment[] }
  | { readonly kind: 'discard'; readonly sector: number; readonly count: number }
  | { readonly kind: 'flush' };

/** Reads a request; or the status that it ends with at once. */
export function readRequest(request: DataView, granted: Granted): BlockRequest | number {
  const operation = request.getUint8(At.operation);
  const sector = longAt(request, At.sector);
  switch (operation) {
    case Operation.read:
    case Operation.write: {
      const count = request.getUint8(At.segments);
      if (count > DIRECT_SEGMENTS) return BlockStatus.error;
      return withSegments(operation, sector, segmentsIn(request, At.list, count, operation, granted));
    }
    case Operation.flush:
      return { kind: 'flush' };
    case Operation.discard:
      return { kind: 'discard', sector, count: longAt(request, At.discarded) };
    case Operation.indirect:
      return readIndirect(request, sector, granted);
    default:
      return BlockStatus.unsupported;
  }
}

/** The segments are in a page of their own. */
function readIndirect(request: DataView, sector: number, granted: Granted): BlockRequest | number {
  const operation = request.getUint8(Indirect.operation);
  const count = request.getUint16(Indirect.segments, true);
  if (operation !== Operation.read && operation !== Operation.write) return BlockStatus.error;
  const page = granted.pageOf(request.getUint32(Indirect.list, true), 'read');
  if (page === null || count > INDIRECT_SEGMENTS) return BlockStatus.error;
  const list = granted.read(page, count * SEGMENT_BYTES);
  return withSegments(operation, sector, segmentsIn(list, 0, count, operation, granted));
}

function withSegments(operation: number, sector: number, segments: Segment[] | null): BlockRequest | number {
  if (segments === null || segments.length === 0) return BlockStatus.error;
  return { kind: operation === Operation.read ? 'read' : 'write', sector, segments };
}

/** Null: one is not granted, or is none. */
function segmentsIn(
  list: DataView,
  from: number,
  count: number,
  operation: number,
  granted: Granted,
): Segment[] | null {
  const access = operation === Operation.read ? 'write' : 'read';
  const segments: Segment[] = [];
  for (let n = 0; n < count; n++) {
    const at = from + n * SEGMENT_BYTES;
    const [first, last] = [list.getUint8(at + 4), list.getUint8(at + 5)];
    const page = granted.pageOf(list.getUint32(at, true), access);
    if (page === null || last < first || last >= PAGE_SECTORS) return null;
    segments.push({ address: page + first * SECTOR_BYTES, length: (last - first + 1) * SECTOR_BYTES });
  }
  return segments;
}

/** The answer to a request. To an indirect one it has the operation that it stands for, as front ends check. */
export function answerTo(request: DataView, status: number): Uint8Array {
  const answer = new DataView(new ArrayBuffer(ANSWER_BYTES));
  answer.setBigUint64(0, request.getBigUint64(At.id, true), true);
  const operation = request.getUint8(At.operation);
  answer.setUint8(8, operation === Operation.indirect ? request.getUint8(Indirect.operation) : operation);
  answer.setInt16(10, status, true);
  return new Uint8Array(answer.buffer);
}
