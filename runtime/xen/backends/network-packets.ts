import { HEADER_BYTES, LARGEST_PACKET, LEAST_SEGMENT, padded } from '../../ethernet/frame.ts';
import { intactPayload, ipv4Of, sendSegments, setPayloadChecksum } from '../../ethernet/packet.ts';

/** Flags of a request to send, and of a frame that comes (io/netif.h). */
const PacketFlag = { blankChecksum: 1, intact: 2, moreData: 4, extra: 8 } as const;
/** How a request to send ended. */
export const PacketStatus = { okay: 0, error: -1, none: 1 } as const;
/** An entry that tells more of the packet before it: of segmentation. */
const Extra = { segments: 1, more: 1 } as const;
const SEGMENT_TCP4 = 1;
const EXTRA_BYTES = 8;
/** Most parts of a packet, as Linux's back end has it. */
const MOST_PARTS = 18;
const PAGE_BYTES = 4096;

/** Bytes of a request to send and of its answer, which share their places; of those to receive likewise. */
export const SEND_BYTES = 12;
export const RECEIVE_BYTES = 8;

/** A part of a packet in a page that is granted. */
interface Part {
  readonly reference: number;
  readonly offset: number;
  readonly size: number;
}

/** A packet that the front end sends, and the numbers of its entries, with null for those that have none. */
export interface SentPacket {
  readonly entries: readonly (number | null)[];
  readonly parts: readonly Part[];
  readonly bytes: number;
  readonly flags: number;
  /** Bytes of data of each segment; 0: it is one. */
  readonly segmentBytes: number;
}

/**
 * Reads the entries of a packet.
 * @param take gives the next entry; null: there is none
 * @returns null where they are no packet: all that was there was taken
 */
export function readPacket(take: () => DataView | null): SentPacket | { readonly entries: (number | null)[] } {
  const entries: (number | null)[] = [];
  const parts: Part[] = [];
  const first = take();
  if (first === null) return { entries };
  const { id, flags, size, ...place } = requestOf(first);
  entries.push(id);
  let segmentBytes = 0;
  for (let hasMore = (flags & PacketFlag.extra) !== 0; hasMore; ) {
    const extra = take();
    if (extra === null || entries.length > MOST_PARTS) return { entries };
    entries.push(null);
    const isSegmented = extra.getUint8(0) === Extra.segments && extra.getUint8(4) === SEGMENT_TCP4;
    if (isSegmented) segmentBytes = extra.getUint16(2, true);
    hasMore = (extra.getUint8(1) & Extra.more) !== 0;
  }
  let others = 0;
  for (let hasMore = (flags & PacketFlag.moreData) !== 0; hasMore; ) {
    const entry = take();
    if (entry === null || entries.length > MOST_PARTS) return { entries };
    const part = requestOf(entry);
    entries.push(part.id);
    parts.push(part);
    others += part.size;
    hasMore = (part.flags & PacketFlag.moreData) !== 0;
  }
  // The first entry has the size of all.
  const all = [{ ...place, size: size - others }, ...parts];
  const fit = all.every(({ offset, size }) => size >= 0 && offset + size <= PAGE_BYTES);
  return fit ? { entries, parts: all, bytes: size, flags, segmentBytes } : { entries };
}

function requestOf(entry: DataView): Part & { readonly flags: number; readonly id: number } {
  return {
    reference: entry.getUint32(0, true),
    offset: entry.getUint16(4, true),
    flags: entry.getUint16(6, true),
    id: entry.getUint16(8, true),
    size: entry.getUint16(10, true),
  };
}

/** Sends a packet's bytes as frames. False: they are none. */
export function sendPacket(
  frame: Uint8Array,
  { flags, segmentBytes }: Pick<SentPacket, 'flags' | 'segmentBytes'>,
  send: (frame: Uint8Array) => void,
): boolean {
  if (frame.length < HEADER_BYTES || frame.length > LARGEST_PACKET + HEADER_BYTES) return false;
  if (segmentBytes !== 0) {
    if (segmentBytes < LEAST_SEGMENT) return false;
    sendSegments(frame, segmentBytes, (segment) => send(padded(segment)));
    return true;
  }
  if ((flags & PacketFlag.blankChecksum) !== 0) {
    const packet = ipv4Of(frame);
    if (packet !== undefined) setPayloadChecksum(frame, packet);
  }
  send(padded(frame));
  return true;
}

/** An answer to a request to receive: a part of a packet for a page, or what there is to tell of the packet. */
export type ReceivedEntry =
  | { readonly part: Uint8Array; readonly flags: number }
  | { readonly extra: Uint8Array<ArrayBuffer> };

/**
 * The answers that a packet takes, in their order.
 * @param segmentBytes of a packet that was put together of segments of TCP, without its checksum: bytes of data of each; 0: it is one frame
 */
export function receivedEntries(frame: Uint8Array, segmentBytes: number): ReceivedEntry[] {
  const isMerged = segmentBytes !== 0;
  const parts = Array.from({ length: Math.ceil(frame.length / PAGE_BYTES) }, (_, n) =>
    frame.subarray(n * PAGE_BYTES, (n + 1) * PAGE_BYTES),
  );
  const checksum = isMerged ? PacketFlag.blankChecksum | PacketFlag.intact : intactFlag(frame);
  const entries = parts.map((part, n) => {
    const first = n === 0 ? checksum | (isMerged ? PacketFlag.extra : 0) : 0;
    return { part, flags: first | (n < parts.length - 1 ? PacketFlag.moreData : 0) };
  });
  return isMerged ? [entries[0]!, segmentsEntry(segmentBytes), ...entries.slice(1)] : entries;
}

const intactFlag = (frame: Uint8Array): number => (intactPayload(frame) === undefined ? 0 : PacketFlag.intact);

function segmentsEntry(segmentBytes: number): ReceivedEntry {
  const extra = new DataView(new ArrayBuffer(EXTRA_BYTES));
  extra.setUint8(0, Extra.segments);
  extra.setUint16(2, segmentBytes, true);
  extra.setUint8(4, SEGMENT_TCP4);
  return { extra: new Uint8Array(extra.buffer) };
}
