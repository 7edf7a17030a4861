import { read16 } from '../../runtime/ethernet/network-order.ts';
import { canonicalAddress, isIpv6 } from './addresses.ts';
import { Alarms } from './alarms.ts';
import type { NetworkBackend } from './backend.ts';
import { DHCP_SERVER_PORT, DhcpServer } from './dhcp.ts';
import { DNS_PORT, DnsForwarder } from './dns.ts';
import type { NetworkFlow } from './flow.ts';
import type { HostListener, NetworkHost } from './host.ts';
import { isEcho, replyToEcho } from './ip/icmp.ts';
import { Ipv4, isOutOfHops } from './ip/ipv4.ts';
import { Ipv6 } from './ip/ipv6.ts';
import { type IpNetwork, isFromNobody, type Packet, Protocol } from './ip/packet.ts';
import { ETHERNET_HEADER, EtherType, GuestLink, OWN_MAC } from './link.ts';
import { ChunkPool } from './nat/chunk-pool.ts';
import { hostAddressFor } from './nat/policy.ts';
import { TcpIn } from './nat/tcp-in.ts';
import { TcpOut } from './nat/tcp-out.ts';
import { UdpIn } from './nat/udp-in.ts';
import { UdpOut } from './nat/udp-out.ts';
import type { HostForward } from './options.ts';
import { TcpTable } from './tcp/table.ts';
import { TFTP_PORT, TftpServer } from './tftp.ts';
import { type Datagram, parseUdp } from './udp.ts';
import { planHostForward, type UserPlan } from './user-plan.ts';

/** Echo requests to others that wait for an answer. */
const MOST_PINGS = 8;

/** A port of the host that leads to a guest, as it was opened. */
export interface OpenForward extends Required<HostForward> {
  readonly listener: HostListener;
}

/** A network of its own for one or more guests, which reaches others by ordinary sockets of the host. */
export class UserNetwork implements NetworkBackend {
  readonly #link = new GuestLink();
  readonly #host: NetworkHost;
  readonly #plan: UserPlan;
  readonly #alarms: Alarms;
  readonly #tcp: TcpTable;
  readonly #tcpOut: TcpOut;
  readonly #pool = new ChunkPool();
  readonly #udpOut: UdpOut;
  readonly #dns: DnsForwarder;
  readonly #ipv4: Ipv4 | undefined;
  readonly #ipv6: Ipv6 | undefined;
  readonly #dhcp: DhcpServer | undefined;
  readonly #tftp: TftpServer;
  readonly #udpIns: UdpIn[] = [];
  readonly #forwards: OpenForward[] = [];
  /** Frames that came while one was handed over. */
  readonly #early: Uint8Array[] = [];
  #pings = 0;
  #isClosed = false;

  private constructor(plan: UserPlan, host: NetworkHost) {
    this.#plan = plan;
    this.#host = host;
    this.#alarms = new Alarms(host.timers);
    const [link, alarms] = [this.#link, this.#alarms];
    this.#tcpOut = new TcpOut(host, plan, this.#pool);
    this.#tcp = new TcpTable({
      ...{ link, alarms, firstSequence: () => host.random(), soon: (act) => host.timers.soon(act) },
      onIncoming: (incoming) => this.#tcpOut.connect(incoming),
    });
    this.#udpOut = new UdpOut(host, alarms);
    this.#dns = new DnsForwarder(host, alarms);
    this.#tftp = new TftpServer(host.files, alarms);
    const onPacket = (packet: Packet) => this.#receivePacket(packet);
    const ownAddresses = new Set(plan.guestForward.map(({ address }) => address));
    this.#ipv4 = plan.ipv4 && new Ipv4(plan.ipv4, { link, alarms, ownAddresses, onPacket });
    const isRouter = !plan.restrict;
    this.#ipv6 = plan.ipv6 && new Ipv6(plan.ipv6, { link, alarms, ownAddresses, isRouter, onPacket });
    this.#dhcp = plan.ipv4 && new DhcpServer(this.#ipv4!, plan, plan.ipv4);
  }

  /**
   * Opens the ports that lead to guests.
   * @throws ConfigurationError if one is taken
   */
  static async open(plan: UserPlan, host: NetworkHost): Promise<UserNetwork> {
    const network = new UserNetwork(plan, host);
    try {
      for (const forward of plan.hostForward) await network.#openForward(forward);
    } catch (error) {
      await network.close();
      throw error;
    }
    return network;
  }

  /** Ports of the host that lead to guests; where the host chose one, the one that it chose. */
  get forwards(): readonly OpenForward[] {
    return this.#forwards;
  }

  /** All that is open: ports of the host that lead to guests, connections, and guests' ports for datagrams. */
  get flows(): readonly NetworkFlow[] {
    const forwards = this.#forwards.map(forwardFlow);
    return [...forwards, ...this.#tcp.flows, ...this.#udpOut.flows];
  }

  /** Connections with guests that are not over. */
  get connections(): number {
    return this.#tcp.size;
  }

  set onFrame(onFrame: (frame: Uint8Array) => boolean) {
    this.#link.onFrame = onFrame;
  }

  get onFrame(): (frame: Uint8Array) => boolean {
    return this.#link.onFrame;
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    // Who answers a frame before it has returned is answered later.
    if (!this.#link.isSending) this.#receive(frame);
    else if (this.#early.push(frame.slice()) === 1) this.#host.timers.soon(() => this.#receiveEarly());
  }

  resume(): void {
    this.#link.resume();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#link.close();
    this.#tcp.close();
    this.#udpOut.close();
    this.#dns.close();
    this.#tftp.close();
    this.#alarms.close();
    this.#host.sockets.close();
  }

  /**
   * Opens another port that leads to a guest.
   * @throws ConfigurationError if it is none, or is taken
   */
  forward(forward: HostForward): Promise<OpenForward> {
    return this.#openForward(planHostForward(forward, this.#plan));
  }

  /** Closes a port that leads to guests; connections that there are stay. @returns whether there was one */
  unforward(protocol: 'tcp' | 'udp', address: string, port: number): boolean {
    const canonical = canonicalAddress(address);
    const at = this.#forwards.findIndex(
      (one) => one.protocol === protocol && one.hostAddress === canonical && one.hostPort === port,
    );
    const [forward] = at < 0 ? [] : this.#forwards.splice(at, 1);
    if (!forward) return false;
    forward.listener.close();
    const udp = this.#udpIns.findIndex((one) => one.listener === forward.listener);
    if (udp >= 0) this.#udpIns.splice(udp, 1);
    return true;
  }

  async #openForward(forward: Required<HostForward>): Promise<OpenForward> {
    const network: IpNetwork = isIpv6(forward.guestAddress) ? this.#ipv6! : this.#ipv4!;
    let listener: HostListener;
    if (forward.protocol === 'udp') {
      const udp = new UdpIn(network, forward);
      listener = await udp.listen(this.#host.sockets);
      this.#udpIns.push(udp);
    } else
      listener = await new TcpIn({ host: this.#host, table: this.#tcp, pool: this.#pool }, network, forward).listen();
    const open = { ...forward, hostPort: listener.port, listener };
    this.#forwards.push(open);
    return open;
  }

  #receiveEarly(): void {
    for (const frame of this.#early.splice(0)) this.send(frame);
  }

  #receive(frame: Uint8Array): void {
    if (frame.length < ETHERNET_HEADER || !isForUs(frame)) return;
    const bytes = frame.subarray(ETHERNET_HEADER);
    const type = read16(frame, 12);
    if (type === EtherType.ipv4) this.#ipv4?.receive(bytes, frame.subarray(6, 12));
    else if (type === EtherType.ipv6) this.#ipv6?.receive(bytes, frame.subarray(6, 12));
    else if (type === EtherType.arp) this.#ipv4?.receiveArp(bytes);
  }

  #receivePacket(packet: Packet): void {
    const { network, protocol, destination } = packet;
    if (isFromNobody(packet)) {
      if (protocol === Protocol.udp) this.#receiveFromNobody(packet);
    } else if (protocol === Protocol.tcp) {
      // (RFC 9293, 3.9.2.3) There are no connections with many.
      if (!network.isToMany(destination)) this.#tcp.receive(packet);
    } else if (isOutOfHops(packet) && !network.isInside(destination)) network.reject(packet, 'hops');
    else if (protocol === Protocol.udp) this.#receiveUdp(packet);
    else if (protocol === Protocol.icmp || protocol === Protocol.icmp6) this.#receiveEcho(packet);
    else network.reject(packet, 'protocol');
  }

  /** It may ask for an address, and for nothing else. */
  #receiveFromNobody(packet: Packet): void {
    const datagram = parseUdp(packet);
    if (datagram && this.#isForDhcp(datagram)) this.#dhcp?.receive(datagram);
  }

  #isForDhcp({ packet: { destination }, destinationPort }: Datagram): boolean {
    const isToServer = destination === this.#ipv4?.hostAddress || this.#ipv4?.isBroadcast(destination);
    return destinationPort === DHCP_SERVER_PORT && isToServer === true;
  }

  #receiveUdp(packet: Packet): void {
    const datagram = parseUdp(packet);
    if (!datagram) return;
    const { network, destination } = packet;
    const port = datagram.destinationPort;
    const isToHost = destination === network.hostAddress;
    if (this.#isForDhcp(datagram)) this.#dhcp?.receive(datagram);
    else if (port === TFTP_PORT && isToHost) this.#tftp.receive(datagram);
    else if (this.#udpIns.some((udp) => udp.answer(datagram))) return;
    else if (this.#plan.restrict) network.reject(packet, 'prohibited');
    else if (destination !== network.dnsAddress) this.#udpOut.send(datagram);
    else if (port === DNS_PORT) this.#dns.receive(datagram);
    else network.reject(packet, 'port');
  }

  #receiveEcho(packet: Packet): void {
    if (!isEcho(packet)) return;
    const { network, destination } = packet;
    if (network.isOwn(destination)) replyToEcho(packet, packet.payload);
    else if (this.#plan.restrict || network.isInside(destination)) network.reject(packet, 'host');
    else void this.#ping(packet);
  }

  /** Asks the host to ask. The answer is the guest's own packet again. */
  async #ping(packet: Packet): Promise<void> {
    const target = hostAddressFor(packet.network, packet.destination);
    if (target === undefined || this.#pings >= MOST_PINGS) return;
    const payload = packet.payload.slice();
    this.#pings++;
    const hasAnswered = await this.#host.sockets.ping(target, payload.length - 8);
    this.#pings--;
    if (hasAnswered && !this.#isClosed) replyToEcho(packet, payload);
  }
}

function forwardFlow({ protocol, hostAddress, hostPort, guestAddress, guestPort }: OpenForward): NetworkFlow {
  const source = { address: hostAddress, port: hostPort };
  const destination = { address: guestAddress, port: guestPort };
  return { protocol, state: 'forward', source, destination, received: 0, queued: 0 };
}

/** Whether a frame is for the network's own side, or for many. */
function isForUs(frame: Uint8Array): boolean {
  return (frame[0] & 1) === 1 || OWN_MAC.every((byte, n) => frame[n] === byte);
}
