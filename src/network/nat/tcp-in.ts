import type { HostConnection, HostListener, NetworkHost, StreamEvents } from '../host.ts';
import type { IpNetwork } from '../ip/packet.ts';
import type { HostForward } from '../options.ts';
import type { TcpConnection } from '../tcp/connection.ts';
import type { TcpTable } from '../tcp/table.ts';
import { Bridge } from './bridge.ts';
import type { ChunkPool } from './chunk-pool.ts';
import { guestAddressFor } from './policy.ts';

/** Ports that are tried when a guest has a connection with the same one already. */
const MOST_TRIES = 8;
/** The first of the ports that systems choose by themselves (RFC 6335, section 6), and how many there are. */
const DYNAMIC_PORTS = 0xc000;
const DYNAMIC_COUNT = 0x4000;

/** The parts that all ports of the host that lead to guests share. */
export interface TcpInShared {
  readonly host: NetworkHost;
  readonly table: TcpTable;
  readonly pool: ChunkPool;
}

/** Leads a port of the host to a guest. */
export class TcpIn {
  readonly #host: NetworkHost;
  readonly #table: TcpTable;
  readonly #pool: ChunkPool;
  readonly #network: IpNetwork;
  readonly #forward: Required<HostForward>;

  constructor({ host, table, pool }: TcpInShared, network: IpNetwork, forward: Required<HostForward>) {
    this.#host = host;
    this.#table = table;
    this.#pool = pool;
    this.#network = network;
    this.#forward = forward;
  }

  /** @throws ConfigurationError if the host cannot listen there */
  listen(): Promise<HostListener> {
    const { hostAddress, hostPort } = this.#forward;
    return this.#host.sockets.listen(hostAddress, hostPort, (connection) => this.#connected(connection));
  }

  #connected(connection: HostConnection): void {
    const bridge = new Bridge(this.#host.timers, this.#pool);
    let isBroken = false;
    let guest: TcpConnection | undefined;
    // The host's end may break before the guest's is there.
    const failed: StreamEvents['failed'] = (why) => {
      isBroken = true;
      if (guest) bridge.events.failed(why);
    };
    const stream = connection.accept({ ...bridge.events, failed });
    stream.setReading(false);
    guest = isBroken ? undefined : this.#open(connection, bridge);
    if (guest) bridge.join(guest, stream);
    else stream.destroy();
  }

  #open({ address, port }: HostConnection, bridge: Bridge): TcpConnection | undefined {
    const source = guestAddressFor(this.#network, address) ?? this.#network.hostAddress;
    for (let n = 0; n < MOST_TRIES; n++) {
      const ends = {
        network: this.#network,
        address: source,
        port: n === 0 ? port : DYNAMIC_PORTS + (this.#host.random() % DYNAMIC_COUNT),
        guestAddress: this.#forward.guestAddress,
        guestPort: this.#forward.guestPort,
      };
      const guest = this.#table.open(ends, bridge.user);
      if (guest) return guest;
    }
    return undefined;
  }
}
