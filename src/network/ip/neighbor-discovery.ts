import { checksum } from '../../../runtime/ethernet/checksum.ts';
import { write16, write32 } from '../../../runtime/ethernet/network-order.ts';
import { addressBytes, addressSum, readIpv6 } from '../addresses.ts';
import { Alarm, type Alarms } from '../alarms.ts';
import { MTU, OWN_MAC } from '../link.ts';
import type { NetPlan } from '../user-plan.ts';
import type { Ipv6 } from './ipv6.ts';
import type { Neighbors } from './neighbors.ts';
import { type Packet, Protocol } from './packet.ts';

/** Types of messages (RFC 4861, section 4). */
const Type = { routerSolicitation: 133, routerAdvertisement: 134, solicitation: 135, advertisement: 136 } as const;
/** (RFC 4861, 4.6; RFC 8106, 5.1) */
const Option = { sourceMac: 1, targetMac: 2, prefix: 3, mtu: 5, nameServer: 25 } as const;
/** Flags of a neighbor's advertisement (4.4): from a router, as an answer, and newer than what was known. */
const Flag = { router: 0x80, solicited: 0x40, override: 0x20 } as const;
const ALL_NODES = 'ff02::1';
const NO_ADDRESS = '::';
/** A message is only from the wire itself if it passed no router. */
const HOP_LIMIT = 255;
/** Where the target's address is in a solicitation and in an advertisement, and how long both are without options. */
const TARGET = 8;
const LEAST = 24;
/** Lifetimes of announcements of the router, and of the prefix, in seconds (6.2.1). */
const ROUTER_LIFETIME = 1800;
const VALID_LIFETIME = 86_400;
const PREFERRED_LIFETIME = 14_400;
/** Milliseconds between advertisements, once a guest has asked (6.2.1: MaxRtrAdvInterval). */
const INTERVAL = 600_000;

/** The parts that neighbor discovery needs, and its settings. */
export interface DiscoveryOptions {
  readonly network: Ipv6;
  readonly neighbors: Neighbors;
  readonly alarms: Alarms;
  readonly plan: NetPlan;
  /** The router's address on the wire. */
  readonly router: string;
  /** Whether there is a way to others. */
  readonly isRouter: boolean;
}

/** The neighbors on the wire, and the prefix, router and name server that guests get (RFC 4861, RFC 4862, RFC 8106). */
export class NeighborDiscovery {
  readonly #options: DiscoveryOptions;
  readonly #alarm: Alarm;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.alarms, () => this.#advertiseRouter());
  }

  /** Takes a message. @returns whether it was one of these, intact or not */
  receive(packet: Packet): boolean {
    const { payload, hopLimit, addressSum } = packet;
    const type = payload[0];
    if (type < Type.routerSolicitation || type > Type.advertisement) return false;
    const sum = addressSum + Protocol.icmp6 + payload.length;
    if (hopLimit !== HOP_LIMIT || payload[1] !== 0 || checksum(payload, 0, payload.length, sum) !== 0) return true;
    if (type === Type.routerSolicitation) this.#advertiseRouter();
    else if (payload.length >= LEAST && type === Type.solicitation) this.#answer(packet);
    else if (payload.length >= LEAST && type === Type.advertisement) this.#learn(payload);
    return true;
  }

  /** Asks who has an address (7.2.2). */
  ask(address: string): void {
    const { draft } = this.#options.network;
    write32(draft, 4, 0);
    draft.set(addressBytes(address), TARGET);
    const length = this.#writeMac(Option.sourceMac, LEAST);
    const group = addressBytes('ff02::1:ff00:0').slice();
    group.set(addressBytes(address).subarray(13), 13);
    this.#send(Type.solicitation, this.#options.router, readIpv6(group, 0), length);
  }

  /** (7.2.4) One who has no address yet asks whether it may have one: all are told that it is taken. */
  #answer({ payload, source }: Packet): void {
    const { network } = this.#options;
    const target = readIpv6(payload, TARGET);
    if (!network.isOwn(target)) return;
    const { draft } = network;
    const isAnswer = source !== NO_ADDRESS;
    write32(draft, 4, 0);
    draft[4] = (this.#options.isRouter ? Flag.router : 0) | (isAnswer ? Flag.solicited : 0) | Flag.override;
    draft.set(addressBytes(target), TARGET);
    const length = this.#writeMac(Option.targetMac, LEAST);
    this.#send(Type.advertisement, target, isAnswer ? source : ALL_NODES, length);
  }

  #learn(payload: Uint8Array): void {
    const { network, neighbors } = this.#options;
    const target = readIpv6(payload, TARGET);
    const hasMac = payload.length >= LEAST + 8 && payload[LEAST] === Option.targetMac && payload[LEAST + 1] === 1;
    if (hasMac && network.isInside(target) && !network.isOwn(target))
      neighbors.learn(target, payload.subarray(LEAST + 2, LEAST + 8));
  }

  /** Tells all of the router, the prefix and the name server (4.2), now and again after a while. */
  #advertiseRouter(): void {
    const { network, alarms, plan, router, isRouter } = this.#options;
    const { draft } = network;
    // Hops that guests shall use; no flags: addresses are not given by DHCP.
    draft[4] = 64;
    draft[5] = 0;
    write16(draft, 6, isRouter ? ROUTER_LIFETIME : 0);
    draft.fill(0, 8, 16);
    let length = this.#writeMac(Option.sourceMac, 16);
    length = this.#writePrefix(plan, length);
    draft.set([Option.mtu, 1, 0, 0], length);
    write32(draft, length + 4, MTU);
    length += 8;
    if (isRouter) length = this.#writeNameServer(plan, length);
    this.#send(Type.routerAdvertisement, router, ALL_NODES, length);
    this.#alarm.set(alarms.now() + INTERVAL);
  }

  #writeMac(option: number, at: number): number {
    const { draft } = this.#options.network;
    draft.set([option, 1], at);
    draft.set(OWN_MAC, at + 2);
    return at + 8;
  }

  /** (4.6.2) On this wire, and good for addresses that guests make. */
  #writePrefix({ net, bits }: NetPlan, at: number): number {
    const { draft } = this.#options.network;
    draft.set([Option.prefix, 4, bits, 0xc0], at);
    write32(draft, at + 4, VALID_LIFETIME);
    write32(draft, at + 8, PREFERRED_LIFETIME);
    write32(draft, at + 12, 0);
    draft.set(addressBytes(net), at + 16);
    return at + 32;
  }

  /** (RFC 8106, 5.1) */
  #writeNameServer({ dns }: NetPlan, at: number): number {
    const { draft } = this.#options.network;
    draft.set([Option.nameServer, 3, 0, 0], at);
    write32(draft, at + 4, ROUTER_LIFETIME);
    draft.set(addressBytes(dns), at + 8);
    return at + 24;
  }

  #send(type: number, source: string, destination: string, length: number): void {
    const { network } = this.#options;
    const { draft } = network;
    draft[0] = type;
    draft[1] = 0;
    write16(draft, 2, 0);
    write16(draft, 2, checksum(draft, 0, length, addressSum(source, destination) + Protocol.icmp6 + length));
    network.sendWith(source, destination, Protocol.icmp6, length, HOP_LIMIT);
  }
}
