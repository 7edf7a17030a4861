import type { HostDatagrams, HostListener, HostSockets } from '../host.ts';
import type { IpNetwork } from '../ip/packet.ts';
import type { HostForward } from '../options.ts';
import { type Datagram, sendUdp } from '../udp.ts';
import { guestAddressFor } from './policy.ts';

/** Addresses of others that are remembered, so that answers find them. */
const MOST_PEERS = 1024;

/** Leads a port of the host for datagrams to a guest, and the answers back. */
export class UdpIn {
  readonly #network: IpNetwork;
  readonly #forward: Required<HostForward>;
  #datagrams: (HostDatagrams & HostListener) | undefined;
  /** Peers that have sent something, by the guest's name for them. */
  readonly #peers = new Map<string, { readonly address: string; readonly port: number }>();

  constructor(network: IpNetwork, forward: Required<HostForward>) {
    this.#network = network;
    this.#forward = forward;
  }

  /** @throws ConfigurationError if the host's port is taken */
  async listen(sockets: HostSockets): Promise<HostListener> {
    const { hostAddress, hostPort } = this.#forward;
    const bound = await sockets.bindDatagrams(hostAddress, hostPort, (bytes, address, port) =>
      this.#toGuest(bytes, address, port),
    );
    this.#datagrams = bound;
    return bound;
  }

  /** The port of the host, once it is open. */
  get listener(): HostListener | undefined {
    return this.#datagrams;
  }

  /** Whether a guest's datagram answers somebody; it is sent then. */
  answer({ packet, sourcePort, destinationPort, data }: Datagram): boolean {
    const { guestAddress, guestPort } = this.#forward;
    if (packet.source !== guestAddress || sourcePort !== guestPort) return false;
    const peer = this.#peers.get(`${packet.destination} ${destinationPort}`);
    if (!peer) return false;
    this.#datagrams?.send(data.slice(), peer.address, peer.port);
    return true;
  }

  #toGuest(bytes: Uint8Array, address: string, port: number): void {
    const source = guestAddressFor(this.#network, address) ?? this.#network.hostAddress;
    const key = `${source} ${port}`;
    this.#peers.delete(key);
    if (this.#peers.size >= MOST_PEERS) this.#peers.delete(this.#peers.keys().next().value!);
    this.#peers.set(key, { address, port });
    const { guestAddress: destination, guestPort: destinationPort } = this.#forward;
    sendUdp(this.#network, { source, sourcePort: port, destination, destinationPort }, bytes);
  }
}
