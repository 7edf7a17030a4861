import { Alarm, type Alarms } from '../alarms.ts';
import type { NetworkFlow } from '../flow.ts';
import type { HostDatagrams, NetworkHost } from '../host.ts';
import type { IpNetwork } from '../ip/packet.ts';
import { type Datagram, sendUdp } from '../udp.ts';
import { hostAddressFor } from './policy.ts';

/** Ports of the host that are open for guests; the one that was used longest ago gives way. */
const MOST_FLOWS = 256;
/** Addresses that one port of a guest talks to. */
const MOST_PEERS = 256;
/** Milliseconds without a datagram (RFC 4787, REQ-5: two minutes at least). */
const IDLE = 240_000;

/** One port of a guest, and the port of the host that speaks for it. */
interface Flow {
  readonly datagrams: HostDatagrams;
  /** What the guest calls the addresses that it has talked to. Nobody else is let in (RFC 4787, section 5). */
  readonly peers: Map<string, string>;
  used: number;
}

/** Datagrams of guests to wherever they may go, and what comes back. */
export class UdpOut {
  readonly #host: NetworkHost;
  readonly #alarms: Alarms;
  readonly #alarm: Alarm;
  /** The one that was used last is the last. */
  readonly #flows = new Map<string, Flow>();

  constructor(host: NetworkHost, alarms: Alarms) {
    this.#host = host;
    this.#alarms = alarms;
    this.#alarm = new Alarm(alarms, () => this.#expire());
  }

  send({ packet, sourcePort, destinationPort, data }: Datagram): void {
    const { network, source, destination } = packet;
    const target = hostAddressFor(network, destination);
    if (target === undefined) {
      network.reject(packet, network.isInside(destination) ? 'host' : 'prohibited');
      return;
    }
    const key = `${source} ${sourcePort}`;
    const flow = this.#flows.get(key) ?? this.#open(network, source, sourcePort);
    this.#flows.delete(key);
    this.#flows.set(key, flow);
    flow.used = this.#alarms.now();
    if (flow.peers.size >= MOST_PEERS) flow.peers.delete(flow.peers.keys().next().value!);
    flow.peers.set(target, destination);
    flow.datagrams.send(data.slice(), target, destinationPort);
  }

  /** The ports of guests, each with all that it talks to. */
  get flows(): readonly NetworkFlow[] {
    const now = this.#alarms.now();
    return [...this.#flows].map(([key, { used }]) => {
      const [address = '', port] = key.split(' ');
      const state = Math.max(Math.ceil((used + IDLE - now) / 1000), 0);
      const source = { address, port: Number(port) };
      return { protocol: 'udp', state, source, destination: { address: '0.0.0.0', port: 0 }, received: 0, queued: 0 };
    });
  }

  close(): void {
    for (const { datagrams } of this.#flows.values()) datagrams.close();
    this.#flows.clear();
  }

  #open(network: IpNetwork, guest: string, guestPort: number): Flow {
    if (this.#flows.size >= MOST_FLOWS) this.#closeOldest();
    const peers = new Map<string, string>();
    const datagrams = this.#host.sockets.datagrams(network.family, (bytes, address, port) => {
      const source = peers.get(address);
      if (source === undefined) return;
      sendUdp(network, { source, sourcePort: port, destination: guest, destinationPort: guestPort }, bytes);
    });
    const now = this.#alarms.now();
    if (!this.#alarm.isSet) this.#alarm.set(now + IDLE);
    return { datagrams, peers, used: now };
  }

  #closeOldest(): void {
    const [key, { datagrams }] = this.#flows.entries().next().value!;
    this.#flows.delete(key);
    datagrams.close();
  }

  #expire(): void {
    const before = this.#alarms.now() - IDLE;
    for (let first = this.#first; first && first.used <= before; first = this.#first) this.#closeOldest();
    if (this.#first) this.#alarm.set(this.#first.used + IDLE);
  }

  get #first(): Flow | undefined {
    return this.#flows.values().next().value;
  }
}
