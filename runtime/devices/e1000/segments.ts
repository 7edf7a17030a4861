import { checksumOf, foldSum, sumBytes } from '../../ethernet/checksum.ts';
import { read16, read32, write16, write32 } from '../../ethernet/network-order.ts';
import { TxContext } from './registers.ts';

/** A context descriptor (317453, 3.3.6): where a packet has its headers and checksums, in bytes from its start. */
export interface TxPacketContext {
  readonly ipStart: number;
  readonly ipChecksum: number;
  /** The last byte; 0: the packet's. */
  readonly ipEnd: number;
  readonly payloadStart: number;
  readonly payloadChecksum: number;
  readonly payloadEnd: number;
  readonly headerBytes: number;
  readonly segmentBytes: number;
  readonly isTcp: boolean;
  readonly isIpv4: boolean;
}

/** From a descriptor's words. */
export function contextOf(words: readonly number[]): TxPacketContext {
  const [ip, payload, command, sizes] = words;
  return {
    ipStart: ip & 0xff,
    ipChecksum: (ip >>> 8) & 0xff,
    ipEnd: ip >>> 16,
    payloadStart: payload & 0xff,
    payloadChecksum: (payload >>> 8) & 0xff,
    payloadEnd: payload >>> 16,
    headerBytes: (sizes >>> 8) & 0xff,
    segmentBytes: sizes >>> 16,
    isTcp: (command & TxContext.tcp) !== 0,
    isIpv4: (command & TxContext.ipv4) !== 0,
  };
}

/** Which checksums are put in. */
export interface TxChecksums {
  readonly ip: boolean;
  readonly payload: boolean;
}

/** Offsets in IPv4, IPv6, TCP and UDP headers (RFC 791, 8200, 793, 768). */
const Ipv4 = { length: 2, identification: 4 } as const;
const Ipv6 = { length: 4, headerBytes: 40 } as const;
const Tcp = { sequence: 4, flags: 13 } as const;
const UDP_LENGTH = 4;
const FIN_AND_PUSH = 0x09;

/** Puts the checksum of the bytes from `start` to `end` (the last one; 0: all) at `at`, if that is in the packet. */
export function putChecksum(packet: Uint8Array, start: number, end: number, at: number): void {
  const length = end !== 0 && end < packet.length ? end + 1 : packet.length;
  if (at < length - 1) write16(packet, at, checksumOf(sumBytes(packet, start, length)));
}

export function putChecksums(packet: Uint8Array, context: TxPacketContext, wanted: TxChecksums): void {
  const { payloadStart, payloadEnd, payloadChecksum, ipStart, ipEnd, ipChecksum } = context;
  if (wanted.payload) putChecksum(packet, payloadStart, payloadEnd, payloadChecksum);
  if (wanted.ip) putChecksum(packet, ipStart, ipEnd, ipChecksum);
}

/** Sends a packet as segments with the same headers (317453, 3.5 "TCP segmentation"); one without a size of segments whole. */
export function sendSegments(
  packet: Uint8Array,
  context: TxPacketContext,
  wanted: TxChecksums,
  send: (frame: Uint8Array) => void,
): void {
  const { headerBytes, segmentBytes } = context;
  const size = segmentBytes || packet.length;
  const header = packet.subarray(0, headerBytes);
  const data = packet.subarray(headerBytes);
  for (let done = 0, n = 0; done === 0 || done < data.length; done += size, n++) {
    const part = data.subarray(done, done + size);
    const segment = new Uint8Array(header.length + part.length);
    segment.set(header);
    segment.set(part, header.length);
    finish(segment, context, { n, done, isLast: done + size >= data.length });
    if (wanted.payload) addLength(segment, context);
    putChecksums(segment, context, wanted);
    send(segment);
  }
}

/** Lengths, identification, sequence number and flags; headers that aren't in the packet are left out. */
function finish(
  segment: Uint8Array,
  { ipStart, payloadStart, isIpv4, isTcp }: TxPacketContext,
  { n, done, isLast }: { n: number; done: number; isLast: boolean },
): void {
  const length = segment.length - ipStart;
  if (isIpv4) {
    put(segment, ipStart + Ipv4.length, length);
    put(segment, ipStart + Ipv4.identification, read16(segment, ipStart + Ipv4.identification) + n);
  } else put(segment, ipStart + Ipv6.length, length - Ipv6.headerBytes);
  if (!isTcp) put(segment, payloadStart + UDP_LENGTH, segment.length - payloadStart);
  else if (payloadStart + Tcp.flags < segment.length) {
    write32(segment, payloadStart + Tcp.sequence, read32(segment, payloadStart + Tcp.sequence) + done);
    if (!isLast) segment[payloadStart + Tcp.flags] &= ~FIN_AND_PUSH;
  }
}

function put(segment: Uint8Array, at: number, value: number): void {
  if (at + 1 < segment.length) write16(segment, at, value & 0xffff);
}

/** The guest has put the sum of the pseudo header there, without a length, as that differs. */
function addLength(segment: Uint8Array, { payloadStart, payloadChecksum }: TxPacketContext): void {
  if (payloadChecksum + 1 >= segment.length) return;
  const length = segment.length - payloadStart;
  write16(segment, payloadChecksum, foldSum(read16(segment, payloadChecksum) + Math.max(0, length)));
}
