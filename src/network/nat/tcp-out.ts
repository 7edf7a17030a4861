import type { ConnectFailure, NetworkHost, StreamEvents, StreamTarget } from '../host.ts';
import type { IpNetwork } from '../ip/packet.ts';
import type { IncomingConnection } from '../tcp/table.ts';
import type { UserPlan } from '../user-plan.ts';
import { Bridge } from './bridge.ts';
import type { ChunkPool } from './chunk-pool.ts';
import { hostAddressFor } from './policy.ts';

const DNS_PORT = 53;

/** Connects guests to where they want to go, and only where they may. */
export class TcpOut {
  readonly #host: NetworkHost;
  readonly #plan: UserPlan;
  readonly #pool: ChunkPool;

  constructor(host: NetworkHost, plan: UserPlan, pool: ChunkPool) {
    this.#host = host;
    this.#plan = plan;
    this.#pool = pool;
  }

  /** A guest asks for a connection. The guest is connected once the host is. */
  connect(incoming: IncomingConnection): void {
    const { network, address, port } = incoming.ends;
    const target = this.#targetOf(network, address, port);
    if (!target) {
      incoming.refuse('reset');
      return;
    }
    const bridge = new Bridge(this.#host.timers, this.#pool);
    let isOpen = false;
    const events: StreamEvents = {
      ...bridge.events,
      opened: () => {
        isOpen = true;
        bridge.join(incoming.accept(bridge.user), stream);
      },
      failed: (why) => {
        if (isOpen) bridge.events.failed(why);
        else refuse(incoming, why);
      },
    };
    const stream = this.#host.sockets.connect(target, events);
    incoming.onCancel = () => stream.destroy();
  }

  #targetOf(network: IpNetwork, address: string, port: number): StreamTarget | undefined {
    const forward = this.#plan.guestForward.find((one) => one.address === address && one.port === port);
    if (forward) return forward.target;
    if (this.#plan.restrict) return undefined;
    if (address === network.dnsAddress) return port === DNS_PORT ? this.#host.sockets.nameServers()[0] : undefined;
    const target = hostAddressFor(network, address);
    return target === undefined ? undefined : { address: target, port };
  }
}

function refuse(incoming: IncomingConnection, why: ConnectFailure | 'reset'): void {
  // To one that takes too long the guest gives up by itself.
  incoming.refuse(why === 'unreachable' ? 'host' : 'reset');
}
