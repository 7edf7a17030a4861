import { checksum, foldSum, sumBytes } from '../../../runtime/ethernet/checksum.ts';
import { read16, write16 } from '../../../runtime/ethernet/network-order.ts';
import { addressBytes, nextIpv4, readIpv4, samePrefix } from '../addresses.ts';
import type { Alarms } from '../alarms.ts';
import { BROADCAST, ETHERNET_HEADER, EtherType, type GuestLink, MTU } from '../link.ts';
import type { NetPlan } from '../user-plan.ts';
import { receiveArp, requestArp } from './arp.ts';
import { Reassembly } from './fragments.ts';
import { sendIcmpError } from './icmp.ts';
import { Neighbors } from './neighbors.ts';
import { type IpNetwork, isFromNobody, type Packet, Protocol, type Rejection } from './packet.ts';

/** Without options, which are never sent (RFC 791, 3.1). */
const HEADER = 20;
const HOP_LIMIT = 64;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;
const LIMITED_BROADCAST = '255.255.255.255';
const MULTICAST = '224.0.0.0';
/** The source address of a guest that has none yet. */
const NO_ADDRESS = '0.0.0.0';
const At = { length: 2, identification: 4, fragment: 6, hopLimit: 8, protocol: 9, checksum: 10, source: 12 } as const;

/** The parts that IPv4 needs besides its plan. */
export interface Ipv4Options {
  readonly link: GuestLink;
  readonly alarms: Alarms;
  /** Addresses besides the host's and the name server's that are the network's own. */
  readonly ownAddresses: ReadonlySet<string>;
  readonly onPacket: (packet: Packet) => void;
}

/** The Internet Protocol (RFC 791), from and to guests on the wire; there is no other network behind it. */
export class Ipv4 implements IpNetwork {
  readonly family = 4;
  readonly hostAddress: string;
  readonly dnsAddress: string;
  readonly maximumPayload = MTU - HEADER;
  readonly draft: Uint8Array;
  readonly #frame = new Uint8Array(ETHERNET_HEADER + 0xffff);
  readonly #plan: NetPlan;
  readonly #options: Ipv4Options;
  readonly #neighbors: Neighbors;
  readonly #reassembly: Reassembly;
  readonly #netBroadcast: string;
  #identification = 0;

  constructor(plan: NetPlan, options: Ipv4Options) {
    this.#plan = plan;
    this.#options = options;
    this.hostAddress = plan.host;
    this.dnsAddress = plan.dns;
    this.draft = this.#frame.subarray(ETHERNET_HEADER + HEADER);
    this.#netBroadcast = nextIpv4(plan.net, 2 ** (32 - plan.bits) - 1);
    this.#reassembly = new Reassembly(options.alarms);
    const ask = (address: string) => requestArp(options.link, plan.host, address);
    this.#neighbors = new Neighbors(options.link, EtherType.ipv4, ask);
  }

  isInside(address: string): boolean {
    return samePrefix(address, this.#plan.net, this.#plan.bits);
  }

  /** Whether an address is all guests. */
  isBroadcast(address: string): boolean {
    return address === LIMITED_BROADCAST || address === this.#netBroadcast;
  }

  isOwn(address: string): boolean {
    return address === this.hostAddress || address === this.dnsAddress || this.#options.ownAddresses.has(address);
  }

  receiveArp(packet: Uint8Array): void {
    const isGuest = (address: string) => this.#isGuest(address);
    const isOwn = (address: string) => this.isOwn(address);
    receiveArp(packet, { link: this.#options.link, neighbors: this.#neighbors, isOwn, isGuest });
  }

  /**
   * @param bytes what the frame carries, with padding
   * @param mac who sent it
   */
  receive(bytes: Uint8Array, mac: Uint8Array): void {
    const headerLength = (bytes[0] & 15) * 4;
    if (bytes.length < HEADER || bytes[0] >> 4 !== 4 || headerLength < HEADER) return;
    const length = read16(bytes, At.length);
    if (length < headerLength || length > bytes.length || checksum(bytes, 0, headerLength) !== 0) return;
    const sender = readIpv4(bytes, At.source);
    // Who brings an address from elsewhere has none here (RFC 2131, 4.4.5).
    const source = this.#isGuest(sender) ? sender : NO_ADDRESS;
    if (source !== NO_ADDRESS) this.#neighbors.learn(source, mac);
    const payload = this.#whole(bytes, headerLength, length);
    if (payload) this.#deliver(bytes.subarray(0, length), source, payload);
  }

  send(source: string, destination: string, protocol: number, length: number): void {
    this.#writeHeader(source, destination, protocol);
    if (length > this.maximumPayload) this.#sendFragments(destination, length);
    else this.#sendPiece(destination, this.#frame.subarray(0, ETHERNET_HEADER + HEADER + length), 0);
  }

  isToMany(address: string): boolean {
    return this.isBroadcast(address) || samePrefix(address, MULTICAST, 4);
  }

  reject(packet: Packet, why: Rejection): void {
    if (!isFromNobody(packet) && !this.isToMany(packet.destination)) sendIcmpError(packet, why);
  }

  #isGuest(address: string): boolean {
    return this.isInside(address) && !this.isOwn(address) && address !== this.#plan.net && !this.isBroadcast(address);
  }

  /** The payload; nothing where pieces of it are still missing. */
  #whole(bytes: Uint8Array, headerLength: number, length: number): Uint8Array | undefined {
    const payload = bytes.subarray(headerLength, length);
    const fragment = read16(bytes, At.fragment);
    if ((fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) === 0) return payload;
    const isLast = (fragment & MORE_FRAGMENTS) === 0;
    // All but the last are whole groups of eight bytes.
    if (!isLast && payload.length % 8 !== 0) return undefined;
    const id = read16(bytes, At.identification);
    const key = `${readIpv4(bytes, 12)} ${readIpv4(bytes, 16)} ${bytes[At.protocol]} ${id}`;
    return this.#reassembly.add({ key, offset: (fragment & FRAGMENT_OFFSET) * 8, isLast, bytes: payload });
  }

  #deliver(quote: Uint8Array, source: string, payload: Uint8Array): void {
    const packet: Packet = {
      network: this,
      source,
      destination: readIpv4(quote, At.source + 4),
      protocol: quote[At.protocol],
      payload,
      quote,
      addressSum: foldSum(sumBytes(quote, At.source, At.source + 8)),
      hopLimit: quote[At.hopLimit],
    };
    this.#options.onPacket(packet);
  }

  #writeHeader(source: string, destination: string, protocol: number): void {
    const header = this.#frame.subarray(ETHERNET_HEADER, ETHERNET_HEADER + HEADER);
    header[0] = 0x45;
    header[1] = 0;
    this.#identification = (this.#identification + 1) & 0xffff;
    write16(header, At.identification, this.#identification);
    header[At.hopLimit] = HOP_LIMIT;
    header[At.protocol] = protocol;
    header.set(addressBytes(source), At.source);
    header.set(addressBytes(destination), At.source + 4);
  }

  /** Fills what differs between pieces, and sends one. */
  #sendPiece(destination: string, frame: Uint8Array, fragment: number): void {
    write16(frame, ETHERNET_HEADER + At.length, frame.length - ETHERNET_HEADER);
    write16(frame, ETHERNET_HEADER + At.fragment, fragment);
    write16(frame, ETHERNET_HEADER + At.checksum, 0);
    const sum = checksum(frame, ETHERNET_HEADER, ETHERNET_HEADER + HEADER);
    write16(frame, ETHERNET_HEADER + At.checksum, sum);
    if (this.isBroadcast(destination)) this.#options.link.send(frame, BROADCAST, EtherType.ipv4);
    else this.#neighbors.send(destination, frame);
  }

  /** Pieces of whole groups of eight bytes (RFC 791, 3.2). */
  #sendFragments(destination: string, length: number): void {
    const step = this.maximumPayload & ~7;
    for (let offset = 0; offset < length; offset += step) {
      const piece = this.draft.subarray(offset, Math.min(offset + step, length));
      const frame = new Uint8Array(ETHERNET_HEADER + HEADER + piece.length);
      frame.set(this.#frame.subarray(0, ETHERNET_HEADER + HEADER));
      frame.set(piece, ETHERNET_HEADER + HEADER);
      this.#sendPiece(destination, frame, (offset >> 3) | (offset + step < length ? MORE_FRAGMENTS : 0));
    }
  }

  /** Sends to a guest that has no address yet, by its hardware address (RFC 2131, 4.1). */
  sendToMac(source: string, destination: string, mac: Uint8Array, protocol: number, length: number): void {
    this.#neighbors.learn(destination, mac);
    this.send(source, destination, protocol, length);
  }
}

/** Whether a packet to another network may pass no more routers. */
export function isOutOfHops(packet: Packet): boolean {
  return packet.hopLimit <= 1 && packet.protocol !== Protocol.tcp;
}
