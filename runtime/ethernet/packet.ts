import { checksumOf, foldSum, sumBytes } from './checksum.ts';
import { HEADER_BYTES, TYPE_OFFSET } from './frame.ts';
import { read16, read32, write16, write32 } from './network-order.ts';

/** RFC 791, 3.1 and RFC 793, 3.1, RFC 768: types, offsets in headers, flags. */
const IPV4_TYPE = 0x0800;
export const Protocol = { tcp: 6, udp: 17 } as const;
const Ip = {
  length: 2,
  identification: 4,
  fragment: 6,
  protocol: 9,
  checksum: 10,
  source: 12,
  leastBytes: 20,
} as const;
const FRAGMENT = 0x3fff;
const Tcp = { sequence: 4, offset: 12, flags: 13, checksum: 16, leastBytes: 20 } as const;
const TcpFlag = { fin: 0x01, push: 0x08, congestionReduced: 0x80 } as const;
const Udp = { checksum: 6, leastBytes: 8 } as const;

/** Where an IPv4 packet in a frame has its parts, in bytes from the frame's start. */
export interface Ipv4Packet {
  readonly ip: number;
  /** Where its payload begins and ends. */
  readonly payload: number;
  readonly end: number;
  readonly protocol: number;
  readonly isFragment: boolean;
}

/** A packet of either version of IP. */
export interface IpPacket extends Ipv4Packet {
  readonly version?: 6;
}

/** RFC 8200, 3: the header of IPv6. */
const IPV6_TYPE = 0x86dd;
const Ip6 = { length: 4, protocol: 6, source: 8, bytes: 40 } as const;

/** The IPv4 packet of a frame without a VLAN tag; undefined where there is none that is whole. */
export function ipv4Of(frame: Uint8Array): Ipv4Packet | undefined {
  const ip = HEADER_BYTES;
  if (frame.length < ip + Ip.leastBytes || read16(frame, TYPE_OFFSET) !== IPV4_TYPE) return undefined;
  const headerBytes = (frame[ip] & 0xf) * 4;
  const payload = ip + headerBytes;
  const end = ip + read16(frame, ip + Ip.length);
  if (frame[ip] >> 4 !== 4 || headerBytes < Ip.leastBytes || payload > end || end > frame.length) return undefined;
  const isFragment = (read16(frame, ip + Ip.fragment) & FRAGMENT) !== 0;
  return { ip, payload, end, protocol: frame[ip + Ip.protocol], isFragment };
}

/** The IPv6 packet of a frame without a VLAN tag, without headers between that of IPv6 and its payload; undefined where there is none that is whole. */
function ipv6Of(frame: Uint8Array): IpPacket | undefined {
  const ip = HEADER_BYTES;
  const payload = ip + Ip6.bytes;
  if (frame.length < payload || read16(frame, TYPE_OFFSET) !== IPV6_TYPE || frame[ip] >> 4 !== 6) return undefined;
  const end = payload + read16(frame, ip + Ip6.length);
  if (end > frame.length) return undefined;
  return { ip, payload, end, protocol: frame[ip + Ip6.protocol], isFragment: false, version: 6 };
}

/** A number that the frames of a connection have in common, not negative: of addresses and ports. 0 for what is no IPv4. */
export function flowOf(frame: Uint8Array): number {
  const packet = ipv4Of(frame);
  if (packet === undefined) return 0;
  const { ip, payload, end, isFragment, protocol } = packet;
  const addresses = read32(frame, ip + Ip.source) ^ read32(frame, ip + Ip.source + 4);
  const hasPorts = (protocol === Protocol.tcp || protocol === Protocol.udp) && !isFragment && end - payload >= 4;
  const mixed = hasPorts ? addresses ^ read32(frame, payload) : addresses;
  return (mixed ^ (mixed >>> 16) ^ (mixed >>> 8)) >>> 0;
}

/** Sum of the pseudo header of TCP and UDP: addresses, protocol, length. */
export function pseudoHeader(frame: Uint8Array, { ip, payload, end, protocol, version }: IpPacket): number {
  const [source, bytes] = version === 6 ? [Ip6.source, 32] : [Ip.source, 8];
  return sumBytes(frame, ip + source, ip + source + bytes, protocol + end - payload);
}

/** Where the payload's checksum is, 0 where it has none: a fragment, another protocol. */
function checksumAt({ payload, end, protocol, isFragment }: Ipv4Packet): number {
  if (isFragment) return 0;
  if (protocol === Protocol.tcp && end - payload >= Tcp.leastBytes) return payload + Tcp.checksum;
  return protocol === Protocol.udp && end - payload >= Udp.leastBytes ? payload + Udp.checksum : 0;
}

export function isIpHeaderIntact(frame: Uint8Array, { ip, payload }: Ipv4Packet): boolean {
  return foldSum(sumBytes(frame, ip, payload)) === 0xffff;
}

/** Whether the checksum of TCP or UDP fits; where there is none it does. */
export function isPayloadIntact(frame: Uint8Array, packet: Ipv4Packet): boolean {
  const at = checksumAt(packet);
  if (at === 0 || (packet.protocol === Protocol.udp && read16(frame, at) === 0)) return true;
  return foldSum(sumBytes(frame, packet.payload, packet.end, pseudoHeader(frame, packet))) === 0xffff;
}

/** The packet of TCP or UDP in a frame whose checksum is there, and right; undefined: there is none. */
export function intactPayload(frame: Uint8Array): Ipv4Packet | undefined {
  const packet = ipv4Of(frame);
  if (packet === undefined || packet.isFragment) return undefined;
  const isKnown = packet.protocol === Protocol.tcp || packet.protocol === Protocol.udp;
  return isKnown && isPayloadIntact(frame, packet) ? packet : undefined;
}

/** Sets the checksum of the IP header. */
export function setIpChecksum(frame: Uint8Array, { ip, payload }: Ipv4Packet): void {
  write16(frame, ip + Ip.checksum, 0);
  write16(frame, ip + Ip.checksum, checksumOf(sumBytes(frame, ip, payload)));
}

/** Sets the checksum of TCP or UDP. */
export function setPayloadChecksum(frame: Uint8Array, packet: IpPacket): void {
  const at = checksumAt(packet);
  if (at === 0) return;
  write16(frame, at, 0);
  const checksum = checksumOf(sumBytes(frame, packet.payload, packet.end, pseudoHeader(frame, packet)));
  // Zero would say that there is none.
  write16(frame, at, packet.protocol === Protocol.udp ? checksum || 0xffff : checksum);
}

/** Sends a TCP packet as segments with at most `size` bytes of data each (1 or more). What is no TCP is sent as it is. */
export function sendSegments(frame: Uint8Array, size: number, send: (frame: Uint8Array) => void): void {
  const packet: IpPacket | undefined = ipv4Of(frame) ?? ipv6Of(frame);
  const headerBytes = packet?.protocol === Protocol.tcp ? tcpData(frame, packet) : 0;
  if (packet === undefined || headerBytes === 0 || packet.isFragment) {
    send(frame);
    return;
  }
  const data = frame.subarray(headerBytes, packet.end);
  for (let done = 0, n = 0; done === 0 || done < data.length; done += size, n++) {
    const part = data.subarray(done, done + size);
    const segment = new Uint8Array(headerBytes + part.length);
    segment.set(frame.subarray(0, headerBytes));
    segment.set(part, headerBytes);
    finishSegment(segment, packet, { n, done, isLast: done + size >= data.length });
    send(segment);
  }
}

/** Where the data begins; 0: the header is not whole. */
function tcpData(frame: Uint8Array, { payload, end }: Ipv4Packet): number {
  if (end - payload < Tcp.leastBytes) return 0;
  const data = payload + (frame[payload + Tcp.offset] >> 4) * 4;
  return data < payload + Tcp.leastBytes || data > end ? 0 : data;
}

/** Length, identification, sequence number, flags and checksums of one of the segments. */
function finishSegment(
  segment: Uint8Array,
  { ip, payload, protocol, version }: IpPacket,
  { n, done, isLast }: { n: number; done: number; isLast: boolean },
): void {
  if (version === 6) write16(segment, ip + Ip6.length, segment.length - payload);
  else {
    write16(segment, ip + Ip.length, segment.length - ip);
    write16(segment, ip + Ip.identification, read16(segment, ip + Ip.identification) + n);
  }
  write32(segment, payload + Tcp.sequence, read32(segment, payload + Tcp.sequence) + done);
  if (!isLast) segment[payload + Tcp.flags] &= ~(TcpFlag.fin | TcpFlag.push);
  if (n > 0) segment[payload + Tcp.flags] &= ~TcpFlag.congestionReduced;
  const packet = { ip, payload, end: segment.length, protocol, isFragment: false, ...(version && { version }) };
  if (version !== 6) setIpChecksum(segment, packet);
  setPayloadChecksum(segment, packet);
}
