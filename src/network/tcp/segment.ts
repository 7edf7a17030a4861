import { checksum } from '../../../runtime/ethernet/checksum.ts';
import { read16, read32, write16, write32 } from '../../../runtime/ethernet/network-order.ts';
import { type IpNetwork, type Packet, Protocol } from '../ip/packet.ts';

/** Bits of a segment's header (RFC 9293, 3.1). */
export const Flag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

/** Bytes of a header without options. */
export const TCP_HEADER = 20;
/** Most bits by which a window is shifted (RFC 7323, 2.3). */
const MOST_SCALE = 14;
/** Kinds of options (RFC 9293, 3.1; RFC 7323, 2.2). */
const Kind = { end: 0, none: 1, mss: 2, scale: 3 } as const;

/** A segment of the guest. Urgent data is taken as any other (RFC 6093, section 6, allows that the pointer is ignored). */
export interface Segment {
  readonly packet: Packet;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  /** As it stands in the header. */
  readonly window: number;
  /** It is the guest's: what is kept must be copied. */
  readonly data: Uint8Array;
  /** Sequence numbers that it takes: those of its data, of SYN and of FIN. */
  readonly length: number;
}

/** The options of a SYN. */
export interface SynOptions {
  readonly mss: number | undefined;
  /** Nothing: windows are not scaled. */
  readonly scale: number | undefined;
}

/** Reads a segment; nothing where it is not intact. */
export function parseSegment(packet: Packet): Segment | undefined {
  const { payload } = packet;
  if (payload.length < TCP_HEADER) return undefined;
  const headerLength = (payload[12] >> 4) * 4;
  if (headerLength < TCP_HEADER || headerLength > payload.length) return undefined;
  if (checksum(payload, 0, payload.length, packet.addressSum + Protocol.tcp + payload.length) !== 0) return undefined;
  const flags = payload[13];
  const data = payload.subarray(headerLength);
  return {
    packet,
    sourcePort: read16(payload, 0),
    destinationPort: read16(payload, 2),
    sequence: read32(payload, 4),
    acknowledgment: read32(payload, 8),
    flags,
    window: read16(payload, 14),
    data,
    length: data.length + ((flags & Flag.syn) >> 1) + (flags & Flag.fin),
  };
}

/** Reads the options of a SYN. What is broken ends them. */
export function parseSynOptions({ packet: { payload } }: Segment): SynOptions {
  const end = (payload[12] >> 4) * 4;
  let [mss, scale]: [number | undefined, number | undefined] = [undefined, undefined];
  for (let at = TCP_HEADER; at < end && payload[at] !== Kind.end; ) {
    if (payload[at] === Kind.none) {
      at++;
      continue;
    }
    const length = payload[at + 1];
    if (at + 1 >= end || length < 2 || at + length > end) break;
    if (payload[at] === Kind.mss && length === 4) mss = read16(payload, at + 2);
    if (payload[at] === Kind.scale && length === 3) scale = Math.min(payload[at + 2], MOST_SCALE);
    at += length;
  }
  return { mss, scale };
}

/** Both ends of a connection, as the guest sees them: `address` and `port` are those that it talks to. */
export interface TcpEnds {
  readonly network: IpNetwork;
  readonly address: string;
  readonly port: number;
  readonly guestAddress: string;
  readonly guestPort: number;
}

/** The fields of a header to be sent. */
export interface SegmentHeader {
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  /** As it stands in the header. */
  readonly window: number;
}

/**
 * Sends a segment to the guest. Its data, if any, stands in the network's draft already, after room for the header.
 * @param headerLength with options, which stand there too
 * @param sum what the addresses add to the checksum
 */
export function sendSegment(
  ends: TcpEnds,
  header: SegmentHeader,
  headerLength: number,
  length: number,
  sum: number,
): void {
  const { draft } = ends.network;
  write16(draft, 0, ends.port);
  write16(draft, 2, ends.guestPort);
  write32(draft, 4, header.sequence);
  write32(draft, 8, header.acknowledgment);
  draft[12] = headerLength << 2;
  draft[13] = header.flags;
  write16(draft, 14, header.window);
  write32(draft, 16, 0);
  const total = headerLength + length;
  write16(draft, 16, checksum(draft, 0, total, sum + Protocol.tcp + total));
  ends.network.send(ends.address, ends.guestAddress, Protocol.tcp, total);
}

/** Writes the options of a SYN into the draft. @returns the length of the header with them */
export function writeSynOptions({ draft }: IpNetwork, mss: number, scale: number | undefined): number {
  draft[TCP_HEADER] = Kind.mss;
  draft[TCP_HEADER + 1] = 4;
  write16(draft, TCP_HEADER + 2, mss);
  if (scale === undefined) return TCP_HEADER + 4;
  draft.set([Kind.none, Kind.scale, 3, scale], TCP_HEADER + 4);
  return TCP_HEADER + 8;
}
