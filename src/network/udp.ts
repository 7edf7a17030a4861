import { checksum } from '../../runtime/ethernet/checksum.ts';
import { read16, write16 } from '../../runtime/ethernet/network-order.ts';
import { addressSum } from './addresses.ts';
import { type IpNetwork, type Packet, Protocol } from './ip/packet.ts';

/** Ports and length and checksum (RFC 768). */
const UDP_HEADER = 8;
/** Most bytes that a datagram carries. */
const MOST_UDP = 0xffff - 20 - UDP_HEADER;

/** A datagram of the guest. */
export interface Datagram {
  readonly packet: Packet;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** It is the guest's: what is kept must be copied. */
  readonly data: Uint8Array;
}

/** Reads a datagram; nothing where it is not intact. */
export function parseUdp(packet: Packet): Datagram | undefined {
  const { payload } = packet;
  const length = payload.length < UDP_HEADER ? 0 : read16(payload, 4);
  if (length < UDP_HEADER || length > payload.length) return undefined;
  // Over IPv4 the guest may leave the checksum out.
  const isSummed = read16(payload, 6) !== 0 || packet.network.family === 6;
  if (isSummed && checksum(payload, 0, length, packet.addressSum + Protocol.udp + length) !== 0) return undefined;
  const data = payload.subarray(UDP_HEADER, length);
  return { packet, sourcePort: read16(payload, 0), destinationPort: read16(payload, 2), data };
}

/** Where a datagram comes from and goes to. */
export interface UdpEnds {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

/** Writes a datagram into the network's draft. @returns its length in bytes */
export function writeUdp(network: IpNetwork, ends: UdpEnds, data: Uint8Array): number {
  const { draft } = network;
  const length = UDP_HEADER + data.length;
  write16(draft, 0, ends.sourcePort);
  write16(draft, 2, ends.destinationPort);
  write16(draft, 4, length);
  write16(draft, 6, 0);
  draft.set(data, UDP_HEADER);
  const sum = checksum(draft, 0, length, addressSum(ends.source, ends.destination) + Protocol.udp + length);
  // 0 would say that there is none.
  write16(draft, 6, sum || 0xffff);
  return length;
}

/** Sends a datagram to the guest. What is too long for one is dropped. */
export function sendUdp(network: IpNetwork, ends: UdpEnds, data: Uint8Array): void {
  if (data.length > MOST_UDP) return;
  network.send(ends.source, ends.destination, Protocol.udp, writeUdp(network, ends, data));
}
