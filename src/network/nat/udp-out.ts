import type { Alarms } from '../alarms.ts';
import type { NetworkFlow } from '../flow.ts';
import type { HostDatagrams, NetworkHost } from '../host.ts';
import { IdlePorts } from '../idle-ports.ts';
import type { IpNetwork } from '../ip/packet.ts';
import { type Datagram, sendUdp } from '../udp.ts';
import { hostAddressFor } from './policy.ts';

/** Ports of the host that are open for guests. */
const MOST_FLOWS = 256;
/** Addresses that one port of a guest talks to. */
const MOST_PEERS = 256;
/** Milliseconds without a datagram (RFC 4787, REQ-5: two minutes at least). */
const IDLE = 240_000;

/** One port of a guest, and the port of the host that speaks for it. */
interface Flow {
  readonly datagrams: HostDatagrams;
  /** Addresses that the guest has talked to, with the guest's names for them. Nobody else is let in (RFC 4787, section 5). */
  readonly peers: Map<string, string>;
}

/** Datagrams of guests to wherever they may go, and what comes back. */
export class UdpOut {
  readonly #host: NetworkHost;
  readonly #flows: IdlePorts<Flow>;

  constructor(host: NetworkHost, alarms: Alarms) {
    this.#host = host;
    this.#flows = new IdlePorts(alarms, { most: MOST_FLOWS, idle: IDLE });
  }

  send({ packet, sourcePort, destinationPort, data }: Datagram): void {
    const { network, source, destination } = packet;
    const target = hostAddressFor(network, destination);
    if (target === undefined) {
      network.reject(packet, network.isInside(destination) ? 'host' : 'prohibited');
      return;
    }
    const flow = this.#flows.use(`${source} ${sourcePort}`, () => this.#open(network, source, sourcePort));
    flow.peers.delete(target);
    if (flow.peers.size >= MOST_PEERS) flow.peers.delete(flow.peers.keys().next().value!);
    flow.peers.set(target, destination);
    flow.datagrams.send(data.slice(), target, destinationPort);
  }

  /** The ports of guests, each with all that it talks to. */
  get flows(): readonly NetworkFlow[] {
    return this.#flows.left.map(([name, milliseconds]) => {
      const [address = '', port] = name.split(' ');
      const state = Math.ceil(milliseconds / 1000);
      const source = { address, port: Number(port) };
      return { protocol: 'udp', state, source, destination: { address: '0.0.0.0', port: 0 }, received: 0, queued: 0 };
    });
  }

  close(): void {
    this.#flows.close();
  }

  #open(network: IpNetwork, guest: string, guestPort: number): Flow {
    const peers = new Map<string, string>();
    const datagrams = this.#host.sockets.datagrams(network.family, (bytes, address, port) => {
      const source = peers.get(address);
      if (source === undefined) return;
      sendUdp(network, { source, sourcePort: port, destination: guest, destinationPort: guestPort }, bytes);
    });
    return { datagrams, peers };
  }
}
