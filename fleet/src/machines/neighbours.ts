import { HeardHosts } from './lease.ts';
import type { Rebalancer } from './rebalance.ts';
import type { HostRecord, MachineRecord } from './record.ts';
import type { Registry } from './registry.ts';

/** Hosts that each one watches, as some of them may die together with it. */
const WATCHED = 8;

/** The parts of a host that look at others. */
export interface NeighboursHost {
  readonly id: string;
  readonly registry: Registry;
  /** Missing: a full host stays full. */
  readonly rebalancer: Rebalancer | undefined;
  log(message: string): void;
}

/** Other hosts, as one of them sees them. */
export class Neighbours {
  readonly #host: NeighboursHost;
  readonly #heard = new HeardHosts();

  constructor(host: NeighboursHost) {
    this.#host = host;
  }

  /** Watches the hosts that follow this one in the order of all: frees the machines of one that is lost, and forgets it. */
  async watch(): Promise<void> {
    const { id: own, registry, log } = this.#host;
    for (const follower of await registry.followers(own, WATCHED)) {
      const { id, beat } = follower;
      this.#heard.hear(follower);
      if (!this.#heard.isLost(id)) continue;
      for (const { name } of await registry.machinesOf(id))
        if (await registry.free(name, { id, beat })) log(`${name}: its host ${id} is lost`);
      await registry.forgetHost(id, beat);
      this.#heard.forget(id);
    }
  }

  /** Moves one of this host's machines elsewhere if the host is full. */
  async rebalance(records: readonly MachineRecord[]): Promise<void> {
    const { registry, rebalancer, log } = this.#host;
    if (rebalancer === undefined) return;
    const move = rebalancer.next(await this.living(), records);
    if (move === undefined) return;
    log(`${move.name} moves to ${move.to}, as this host is full`);
    await registry.move(move.name, move.to);
  }

  /** Hosts, without those that were silent lately. */
  async living(): Promise<readonly HostRecord[]> {
    const hosts = await this.#host.registry.hosts();
    for (const host of hosts) this.#heard.hear(host);
    return hosts.filter(({ id }) => !this.#heard.isSilent(id));
  }

  /** They have all the time again: who could not hear them knows nothing. */
  forgetAll(): void {
    this.#heard.forgetAll();
  }
}
