import { read32, write32 } from '../../runtime/ethernet/network-order.ts';
import { latin1 } from '../util/bytes.ts';
import { addressBytes, nextIpv4, readIpv4, readMac } from './addresses.ts';
import { DhcpOption, DhcpOptionWriter, MAGIC_COOKIE, parseDhcpOptions } from './dhcp-options.ts';
import type { Ipv4 } from './ip/ipv4.ts';
import { Protocol } from './ip/packet.ts';
import { type Datagram, writeUdp } from './udp.ts';
import { MOST_LEASES, type UserPlan } from './user-plan.ts';

export const DHCP_SERVER_PORT = 67;
const CLIENT_PORT = 68;
/** Kinds of messages (RFC 2132, 9.6). */
const Message = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, release: 7, inform: 8 } as const;
/** Where fields are (RFC 2131, section 2). */
const At = {
  ...{ operation: 0, id: 4, flags: 10, client: 12, yours: 16, server: 20, mac: 28, serverName: 44, file: 108 },
  ...{ cookie: 236, options: 240 },
} as const;
const Operation = { request: 1, reply: 2 } as const;
/** The shortest message that all clients take (RFC 1542, 2.1). */
const LEAST = 300;
/** Seconds: a day. */
const LEASE_TIME = 86_400;
const NOBODY = '0.0.0.0';
const EVERYBODY = '255.255.255.255';

/** A client's message. */
interface Request {
  readonly bytes: Uint8Array;
  readonly options: Map<number, Uint8Array>;
  readonly mac: string;
  /** The address that it has already. */
  readonly client: string;
}

/** Gives guests their addresses, and tells them what they are to know (RFC 2131; RFC 951 for those that know no DHCP). */
export class DhcpServer {
  readonly #network: Ipv4;
  readonly #plan: UserPlan;
  readonly #ipv4: NonNullable<UserPlan['ipv4']>;
  /** Addresses by who has them; the longest known first. */
  readonly #leases = new Map<string, string>();

  constructor(network: Ipv4, plan: UserPlan, ipv4: NonNullable<UserPlan['ipv4']>) {
    this.#network = network;
    this.#plan = plan;
    this.#ipv4 = ipv4;
  }

  /** Addresses that are given, by who has them. */
  get leases(): ReadonlyMap<string, string> {
    return this.#leases;
  }

  receive({ data }: Datagram): void {
    const isRequest = data.length >= At.options && data[At.operation] === Operation.request;
    if (!isRequest || data[1] !== 1 || data[2] !== 6 || read32(data, At.cookie) !== MAGIC_COOKIE) return;
    const options = parseDhcpOptions(data.subarray(At.options));
    const request: Request = {
      ...{ bytes: data, options, mac: readMac(data, At.mac), client: readIpv4(data, At.client) },
    };
    const server = addressOption(request, DhcpOption.server);
    // It has chosen another server.
    if (server === undefined || server === this.#ipv4.host) this.#answer(request);
  }

  #answer(request: Request): void {
    const type = request.options.get(DhcpOption.messageType)?.[0];
    if (type === undefined || type === Message.discover) this.#offer(request);
    else if (type === Message.request) this.#acknowledge(request);
    else if (type === Message.inform) this.#reply(request, Message.ack, NOBODY);
    else if (type === Message.release) this.#leases.delete(request.mac);
    else if (type === Message.decline) this.#decline(request);
  }

  #offer(request: Request): void {
    const wanted = addressOption(request, DhcpOption.requestedAddress);
    const address = this.#lease(request.mac, wanted);
    const isDhcp = request.options.has(DhcpOption.messageType);
    if (address !== undefined) this.#reply(request, isDhcp ? Message.offer : undefined, address);
  }

  /** (RFC 2131, 4.3.2) */
  #acknowledge(request: Request): void {
    const wanted = addressOption(request, DhcpOption.requestedAddress) ?? request.client;
    const address = this.#lease(request.mac, wanted);
    if (address === wanted && address !== undefined) this.#reply(request, Message.ack, address);
    else this.#reply(request, Message.nak, NOBODY);
  }

  /** Somebody else has that address: nobody gets it any more (RFC 2131, 4.3.3). */
  #decline(request: Request): void {
    const address = this.#leases.get(request.mac);
    this.#leases.delete(request.mac);
    if (address !== undefined) this.#leases.set(`declined ${address}`, address);
  }

  /** The address that a guest has, or gets: the one that it wants if that is free. */
  #lease(mac: string, wanted: string | undefined): string | undefined {
    const known = this.#leases.get(mac);
    const taken = new Set(this.#leases.values());
    const free = this.#pool().filter((address) => !taken.has(address));
    const address = known ?? (wanted !== undefined && free.includes(wanted) ? wanted : free[0]) ?? this.#oldest();
    if (address !== undefined) this.#leases.set(mac, address);
    return address;
  }

  #pool(): string[] {
    const addresses = Array.from({ length: MOST_LEASES }, (_, n) => nextIpv4(this.#ipv4.dhcpStart, n));
    const { host, dns } = this.#ipv4;
    return addresses.filter((address) => {
      const isUsable = this.#network.isInside(address) && !this.#network.isBroadcast(address);
      return isUsable && !this.#network.isOwn(address) && address !== host && address !== dns;
    });
  }

  /** Nobody is known to have left, so the one that came first gives way. */
  #oldest(): string | undefined {
    const [mac, address] = this.#leases.entries().next().value ?? [];
    if (mac !== undefined) this.#leases.delete(mac);
    return address;
  }

  #reply(request: Request, type: number | undefined, address: string): void {
    const options = this.#options(request, type);
    const message = new Uint8Array(Math.max(At.options + options.length, LEAST));
    // What names the request is the same in its answer: hardware, identification, flags, addresses.
    message.set(request.bytes.subarray(0, At.serverName));
    message[At.operation] = Operation.reply;
    message.set(addressBytes(type === Message.nak ? NOBODY : request.client), At.client);
    message.set(addressBytes(address), At.yours);
    message.set(addressBytes(type === Message.nak ? NOBODY : this.#ipv4.host), At.server);
    if (type !== Message.nak) {
      message.set(latin1(this.#plan.tftpServerName ?? ''), At.serverName);
      message.set(latin1(this.#plan.bootFile ?? ''), At.file);
    }
    write32(message, At.cookie, MAGIC_COOKIE);
    message.set(options, At.options);
    this.#send(request, type, address, message);
  }

  #options({ options }: Request, type: number | undefined): Uint8Array {
    const writer = new DhcpOptionWriter();
    const { host, dns, bits, net } = this.#ipv4;
    if (type !== undefined) writer.add(DhcpOption.messageType, Uint8Array.of(type)).addAddress(DhcpOption.server, host);
    if (type === Message.nak) return writer.addText(DhcpOption.message, 'that address is not for you').finish();
    if (options.get(DhcpOption.messageType)?.[0] !== Message.inform) writer.addNumber(DhcpOption.leaseTime, LEASE_TIME);
    writer.addNumber(DhcpOption.subnetMask, 0xffffffff << (32 - bits));
    writer.addAddress(DhcpOption.broadcast, nextIpv4(net, 2 ** (32 - bits) - 1));
    // One that reaches nothing needs no way there.
    if (!this.#plan.restrict) writer.addAddress(DhcpOption.router, host).addAddress(DhcpOption.nameServer, dns);
    const { hostname, domainName, dnsSearch, tftpServerName, bootFile } = this.#plan;
    writer.addText(DhcpOption.hostname, hostname).addText(DhcpOption.domainName, domainName);
    writer.addDomains(DhcpOption.domainSearch, dnsSearch);
    writer.addText(DhcpOption.tftpServerName, tftpServerName).addText(DhcpOption.bootFile, bootFile);
    return writer.finish();
  }

  /** (RFC 2131, 4.1) To one that has an address there, to others by their hardware address, or to all. */
  #send({ bytes, client }: Request, type: number | undefined, address: string, message: Uint8Array): void {
    const isToAll = type === Message.nak || (bytes[At.flags] & 0x80) !== 0;
    const destination = isToAll ? EVERYBODY : client !== NOBODY ? client : address;
    if (!isToAll && !this.#network.isInside(destination)) return;
    const ends = { source: this.#ipv4.host, sourcePort: DHCP_SERVER_PORT, destination, destinationPort: CLIENT_PORT };
    const length = writeUdp(this.#network, ends, message);
    if (isToAll) this.#network.send(ends.source, destination, Protocol.udp, length);
    else this.#network.sendToMac(ends.source, destination, bytes.subarray(At.mac, At.mac + 6), Protocol.udp, length);
  }
}

function addressOption({ options }: Request, code: number): string | undefined {
  const value = options.get(code);
  return value?.length === 4 ? readIpv4(value, 0) : undefined;
}
