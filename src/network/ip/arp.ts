import { read16, write16, write32 } from '../../../runtime/ethernet/network-order.ts';
import { addressBytes, readIpv4 } from '../addresses.ts';
import { BROADCAST, ETHERNET_HEADER, EtherType, type GuestLink, OWN_MAC } from '../link.ts';
import type { Neighbors } from './neighbors.ts';

/** Bytes of a packet for Ethernet and IPv4 (RFC 826, "Packet format"). */
const LENGTH = 28;
/** Hardware type 1 (Ethernet), protocol type IPv4, 6 and 4 bytes of addresses. */
const HEADER = [0, 1, 8, 0, 6, 4];
const Operation = { request: 1, reply: 2 } as const;
const At = { operation: 6, senderMac: 8, senderIp: 14, targetMac: 18, targetIp: 24 } as const;

/** The parts that are needed to answer who has an address. */
export interface ArpOptions {
  readonly link: GuestLink;
  readonly neighbors: Neighbors;
  /** Whether an address is one of the network's own. */
  readonly isOwn: (address: string) => boolean;
  /** Whether a guest may have an address. */
  readonly isGuest: (address: string) => boolean;
}

/** Takes an ARP packet: learns who sent it, and answers for own addresses (RFC 826, "Packet Reception"). */
export function receiveArp(packet: Uint8Array, { link, neighbors, isOwn, isGuest }: ArpOptions): void {
  if (packet.length < LENGTH || !HEADER.every((byte, n) => packet[n] === byte)) return;
  const sender = readIpv4(packet, At.senderIp);
  const senderMac = packet.subarray(At.senderMac, At.senderMac + 6);
  if (isGuest(sender)) neighbors.learn(sender, senderMac);
  const target = readIpv4(packet, At.targetIp);
  if (read16(packet, At.operation) !== Operation.request || !isOwn(target)) return;
  const reply = makeArp(Operation.reply, target, sender);
  reply.set(senderMac, ETHERNET_HEADER + At.targetMac);
  link.send(reply, senderMac, EtherType.arp);
}

/** Asks all guests who has an address. */
export function requestArp(link: GuestLink, own: string, address: string): void {
  link.send(makeArp(Operation.request, own, address), BROADCAST, EtherType.arp);
}

function makeArp(operation: number, sender: string, target: string): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + LENGTH);
  const packet = frame.subarray(ETHERNET_HEADER);
  packet.set(HEADER);
  write16(packet, At.operation, operation);
  packet.set(OWN_MAC, At.senderMac);
  packet.set(addressBytes(sender), At.senderIp);
  write32(packet, At.targetMac, 0);
  packet.set(addressBytes(target), At.targetIp);
  return frame;
}
