/** Protocols above IP (IANA, "Protocol Numbers"). */
export const Protocol = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 } as const;

/** A whole IP packet from the guest, or put together from fragments. */
export interface Packet {
  /** Where an answer goes. */
  readonly network: IpNetwork;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** The payload after the IP header. It is the guest's memory: whoever keeps it must copy it. */
  readonly payload: Uint8Array;
  /** The IP header and what follows, as far as it came in one frame: what errors quote. */
  readonly quote: Uint8Array;
  /** The sum of the addresses for a checksum. */
  readonly addressSum: number;
  /** How many routers it may still pass. */
  readonly hopLimit: number;
}

/** IPv4 or IPv6, as what is above it sees it. */
export interface IpNetwork {
  readonly family: 4 | 6;
  /** The address by which the guest reaches the host. */
  readonly hostAddress: string;
  readonly dnsAddress: string;
  /** Most bytes above IP that need no fragments. */
  readonly maximumPayload: number;
  /** Where the next packet's payload is put together. Everybody uses the same, so it must be sent before anybody else writes. */
  readonly draft: Uint8Array;
  /** Sends the first bytes of the draft to a guest. */
  send(source: string, destination: string, protocol: number, length: number): void;
  /** Tells the guest that its packet went nowhere. */
  reject(packet: Packet, why: Rejection): void;
  /** Whether an address is one that the network answers for. */
  isOwn(address: string): boolean;
  /** Whether an address belongs to the guest's network. */
  isInside(address: string): boolean;
  /** Whether an address is no single host's: who answers what came there would speak for many. */
  isToMany(address: string): boolean;
}

/** Whether a packet is from a guest that has no address yet: no answer would find it (RFC 1122, 3.2.1.3; RFC 4291, 2.5.2). */
export function isFromNobody({ source }: Packet): boolean {
  return source === '0.0.0.0' || source === '::';
}

/** Why a packet goes nowhere. */
export type Rejection = 'network' | 'host' | 'protocol' | 'port' | 'prohibited' | 'hops';
