import { isIdentifier } from '../drives/options.ts';
import type { Machine } from '../machine/machine.ts';
import { parseSocketNetdev, parseUserNetdev } from '../network/netdev.ts';
import type { NetworkBackendOptions } from '../network/options.ts';
import { ConfigurationError } from '../util/errors.ts';

const netdevsOf = new WeakMap<Machine, Netdevs>();

/** Networks that were named (`netdev_add`, or -netdev without a card), and that a card which is plugged in can be connected to. They are not open before. */
export class Netdevs {
  readonly #machine: Machine;
  readonly #networks = new Map<string, NetworkBackendOptions>();

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** The networks of a machine that commands have added, whichever client sent them. */
  static of(machine: Machine): Netdevs {
    const known = netdevsOf.get(machine) ?? new Netdevs(machine);
    netdevsOf.set(machine, known);
    return known;
  }

  /**
   * Names one, as properties say it: those of QEMU's -netdev.
   * @throws ConfigurationError in QEMU's words
   */
  add(properties: readonly (readonly [name: string, value: string])[]): void {
    const { type, id } = Object.fromEntries(properties);
    const others = properties.filter(([name]) => name !== 'type' && name !== 'id');
    if (type === undefined) throw new ConfigurationError("Parameter 'type' is missing");
    if (id === undefined) throw new ConfigurationError("Parameter 'id' is missing");
    if (!isIdentifier(id)) throw new ConfigurationError("Parameter 'id' expects an identifier");
    if (this.#networks.has(id) || this.isUsed(id)) throw new ConfigurationError(`Duplicate ID '${id}' for netdev`);
    if (type !== 'user' && type !== 'socket')
      throw new ConfigurationError(`Parameter 'type' does not accept value '${type}'; give user or socket`);
    this.#networks.set(id, type === 'user' ? parseUserNetdev(others) : parseSocketNetdev(others));
  }

  /** Names one whose options are known. */
  name(id: string, network: NetworkBackendOptions): void {
    this.#networks.set(id, network);
  }

  find(id: string): NetworkBackendOptions | undefined {
    return this.#networks.get(id);
  }

  /** A card is connected to it. */
  isUsed(id: string): boolean {
    return this.#machine.network.some(({ networkName }) => networkName === id);
  }

  /**
   * Forgets one. False: there is none such.
   * @throws ConfigurationError if a card is connected to it
   */
  delete(id: string): boolean {
    if (this.isUsed(id))
      throw new ConfigurationError(`Device '${id}' is in use by a network card; pull that out (device_del) first`);
    return this.#networks.delete(id);
  }
}
