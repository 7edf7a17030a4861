import { foldSum, sumBytes } from '../../../runtime/ethernet/checksum.ts';
import { read16, read32, write16, write32 } from '../../../runtime/ethernet/network-order.ts';
import { addressBytes, isIpv6, macBytes, readIpv6, samePrefix } from '../addresses.ts';
import type { Alarms } from '../alarms.ts';
import { ETHERNET_HEADER, EtherType, type GuestLink, MTU } from '../link.ts';
import type { NetPlan } from '../user-plan.ts';
import {
  badOption,
  behindExtensions,
  Extension,
  FRAGMENT_HEADER,
  isExtension,
  MOST_EXTENSIONS,
  nextHeader,
  type Place,
} from './extension-headers.ts';
import { Reassembly } from './fragments.ts';
import { ParameterProblem, sendIcmpError, sendParameterProblem } from './icmp.ts';
import { NeighborDiscovery } from './neighbor-discovery.ts';
import { Neighbors } from './neighbors.ts';
import { type IpNetwork, isFromNobody, type Packet, Protocol, type Rejection } from './packet.ts';

/** (RFC 8200, section 3) */
const HEADER = 40;
const HOP_LIMIT = 64;
const At = { length: 4, protocol: 6, hopLimit: 7, source: 8, destination: 24 } as const;
const FIRST: Place = { numberAt: At.protocol, at: HEADER };
/** The source address of a guest that has none yet. */
const NO_ADDRESS = '::';
/** By which the router is known on the wire, as in QEMU. */
const ROUTER = 'fe80::2';

/** The parts that IPv6 needs besides its plan. */
export interface Ipv6Options {
  readonly link: GuestLink;
  readonly alarms: Alarms;
  readonly ownAddresses: ReadonlySet<string>;
  /** Whether guests are told that there is a way to others. */
  readonly isRouter: boolean;
  readonly onPacket: (packet: Packet) => void;
}

/** The Internet Protocol, version 6 (RFC 8200), from and to guests on the wire. */
export class Ipv6 implements IpNetwork {
  readonly family = 6;
  readonly hostAddress: string;
  readonly dnsAddress: string;
  readonly maximumPayload = MTU - HEADER;
  readonly draft: Uint8Array;
  readonly #frame = new Uint8Array(ETHERNET_HEADER + HEADER + 0xffff);
  readonly #plan: NetPlan;
  readonly #options: Ipv6Options;
  readonly #neighbors: Neighbors;
  readonly #discovery: NeighborDiscovery;
  readonly #reassembly: Reassembly;
  #identification = 0;

  constructor(plan: NetPlan, options: Ipv6Options) {
    this.#plan = plan;
    this.#options = options;
    this.hostAddress = plan.host;
    this.dnsAddress = plan.dns;
    this.draft = this.#frame.subarray(ETHERNET_HEADER + HEADER);
    this.#reassembly = new Reassembly(options.alarms);
    const ask = (address: string) => this.#discovery.ask(address);
    this.#neighbors = new Neighbors(options.link, EtherType.ipv6, ask);
    this.#discovery = new NeighborDiscovery({
      ...{ network: this, neighbors: this.#neighbors, alarms: options.alarms, plan, router: ROUTER },
      isRouter: options.isRouter,
    });
  }

  isInside(address: string): boolean {
    return samePrefix(address, this.#plan.net, this.#plan.bits) || samePrefix(address, 'fe80::', 10);
  }

  isOwn(address: string): boolean {
    return [this.hostAddress, this.dnsAddress, ROUTER].includes(address) || this.#options.ownAddresses.has(address);
  }

  /**
   * @param bytes what the frame carries, with padding
   * @param mac who sent it
   */
  receive(bytes: Uint8Array, mac: Uint8Array): void {
    if (bytes.length < HEADER || bytes[0] >> 4 !== 6) return;
    const length = HEADER + read16(bytes, At.length);
    if (length > bytes.length) return;
    const source = readIpv6(bytes, At.source);
    if (source !== NO_ADDRESS) {
      if (!this.isInside(source) || this.isOwn(source)) return;
      this.#neighbors.learn(source, mac);
    }
    this.#takeHeaders(bytes.subarray(0, length));
  }

  send(source: string, destination: string, protocol: number, length: number): void {
    this.sendWith(source, destination, protocol, length, HOP_LIMIT);
  }

  /** Sends a packet with a hop limit: neighbors believe only those who are one hop away (RFC 4861, 7.1). */
  sendWith(source: string, destination: string, protocol: number, length: number, hopLimit: number): void {
    const header = this.#frame.subarray(ETHERNET_HEADER, ETHERNET_HEADER + HEADER);
    write32(header, 0, 0x60000000);
    header[At.hopLimit] = hopLimit;
    header.set(addressBytes(source), At.source);
    header.set(addressBytes(destination), At.destination);
    if (length > this.maximumPayload) this.#sendFragments(destination, protocol, length);
    else this.#sendPiece(destination, protocol, this.#frame.subarray(0, ETHERNET_HEADER + HEADER + length));
  }

  isToMany(address: string): boolean {
    return address.startsWith('ff');
  }

  reject(packet: Packet, why: Rejection): void {
    if (isFromNobody(packet) || this.isToMany(packet.destination)) return;
    const place = why === 'protocol' ? behindExtensions(packet.quote, FIRST) : undefined;
    if (place) sendParameterProblem(packet, ParameterProblem.header, place.numberAt);
    else sendIcmpError(packet, why);
  }

  /** Goes over extension headers, and puts fragments together, up to what is behind them. */
  #takeHeaders(bytes: Uint8Array): void {
    let packet = bytes;
    let place = FIRST;
    for (let n = 0; isExtension(packet[place.numberAt]); n++) {
      const next = nextHeader(packet, place);
      if (n === MOST_EXTENSIONS || !next) return;
      const number = packet[place.numberAt];
      if (number === Extension.fragment) {
        const whole = this.#reassemble(packet, place.at);
        if (!whole) return;
        packet = whole;
      } else if (number !== Extension.routing && this.#hasBadOption(packet, place, next)) return;
      place = next;
    }
    const whole = this.#packetAt(packet, place);
    if (whole.protocol !== Protocol.icmp6 || !this.#discovery.receive(whole)) this.#options.onPacket(whole);
  }

  /** Whether the options of a header ask to discard the packet; tells the sender if they ask for that. */
  #hasBadOption(bytes: Uint8Array, place: Place, { at: end }: Place): boolean {
    const bad = badOption(bytes, place.at + 2, end);
    if (!bad) return false;
    const behind = behindExtensions(bytes, place);
    if (!behind || bad.tells === 'nobody') return true;
    const packet = this.#packetAt(bytes, behind);
    const isTold = bad.tells === 'of both' || !this.isToMany(packet.destination);
    if (isTold && !isFromNobody(packet)) sendParameterProblem(packet, ParameterProblem.option, bad.at);
    return true;
  }

  /** The packet with all pieces in the place of the one behind a fragment header (RFC 8200, 4.5); undefined: some are missing. */
  #reassemble(packet: Uint8Array, at: number): Uint8Array | undefined {
    const field = read16(packet, at + 2);
    const piece = packet.subarray(at + FRAGMENT_HEADER);
    const isLast = (field & 1) === 0;
    if (!isLast && piece.length % 8 !== 0) return undefined;
    // One that is whole by itself doesn't meet others (RFC 6946).
    if (isLast && field < 8) return packet;
    const ends = `${readIpv6(packet, At.source)} ${readIpv6(packet, At.destination)}`;
    const key = `${ends} ${packet[at]} ${read32(packet, at + 4)}`;
    const all = this.#reassembly.add({ key, offset: field & ~7, isLast, bytes: piece });
    if (!all) return undefined;
    const whole = new Uint8Array(at + FRAGMENT_HEADER + all.length);
    whole.set(packet.subarray(0, at + FRAGMENT_HEADER));
    whole.set(all, at + FRAGMENT_HEADER);
    return whole;
  }

  #packetAt(quote: Uint8Array, { numberAt, at }: Place): Packet {
    return {
      ...{ network: this, source: readIpv6(quote, At.source), destination: readIpv6(quote, At.destination) },
      ...{ protocol: quote[numberAt], payload: quote.subarray(at), quote },
      addressSum: foldSum(sumBytes(quote, At.source, HEADER)),
      hopLimit: quote[At.hopLimit],
    };
  }

  #sendPiece(destination: string, protocol: number, frame: Uint8Array): void {
    write16(frame, ETHERNET_HEADER + At.length, frame.length - ETHERNET_HEADER - HEADER);
    frame[ETHERNET_HEADER + At.protocol] = protocol;
    const mac = multicastMac(destination);
    if (mac) this.#options.link.send(frame, mac, EtherType.ipv6);
    else this.#neighbors.send(destination, frame);
  }

  #sendFragments(destination: string, protocol: number, length: number): void {
    const step = (this.maximumPayload - FRAGMENT_HEADER) & ~7;
    this.#identification = (this.#identification + 1) >>> 0;
    for (let offset = 0; offset < length; offset += step) {
      const piece = this.draft.subarray(offset, Math.min(offset + step, length));
      const start = ETHERNET_HEADER + HEADER;
      const frame = new Uint8Array(start + FRAGMENT_HEADER + piece.length);
      frame.set(this.#frame.subarray(0, start));
      frame[start] = protocol;
      write16(frame, start + 2, offset | Number(offset + step < length));
      write32(frame, start + 4, this.#identification);
      frame.set(piece, start + FRAGMENT_HEADER);
      this.#sendPiece(destination, Extension.fragment, frame);
    }
  }
}

/** The hardware address of a group (RFC 2464, section 7). */
function multicastMac(address: string): Uint8Array | undefined {
  if (!isIpv6(address) || !address.startsWith('ff')) return undefined;
  const mac = macBytes('33:33:00:00:00:00');
  mac.set(addressBytes(address).subarray(12), 2);
  return mac;
}
