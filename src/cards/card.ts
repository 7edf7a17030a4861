import type { CardModel } from '../../runtime/machine/catalogue/network.ts';
import { macText } from '../network/addresses.ts';
import type { NetworkFlow } from '../network/flow.ts';
import type { OpenNetwork } from '../network/open-network.ts';
import type { HostForward, NetworkBackendOptions } from '../network/options.ts';
import type { UserNetwork } from '../network/user.ts';
import { checkObject } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { Cable } from './cable.ts';
import type { CardPlan } from './options.ts';

/** The machine's functions that a card needs. */
interface CardSide {
  /** Frames for the card (runtime/host/frames.ts). */
  send(frames: Uint8Array): void;
  /** The cable was plugged in or pulled. */
  linkChanged(isUp: boolean): void;
}

/** A port of the host that leads to a guest. */
export type HostPort = Pick<HostForward, 'protocol' | 'hostAddress' | 'hostPort'>;

/** A network card of the machine. */
export class NetworkCard {
  /** Such as "rtl8139.0". */
  readonly name: string;
  /** Such as "rtl8139". */
  readonly model: CardModel;
  /** Its address, as it was made with. */
  readonly mac: string;
  /** @internal */
  readonly cable: Cable;
  /** The name, in commands, of the network that it is connected to, such as "#net000", or the id of a -netdev. */
  readonly networkName: string;
  /** Whether there is something at the other end of its cable. */
  readonly isConnected: boolean;
  /**
   * The options of its network; undefined: an object of the caller, or nothing.
   * @internal
   */
  readonly options: NetworkBackendOptions | undefined;
  readonly #network: OpenNetwork;
  readonly #side: CardSide;
  #isLinkUp = true;

  /** @internal */
  constructor(plan: CardPlan, network: OpenNetwork, side: CardSide) {
    const { config, backend } = plan;
    this.#network = network;
    this.networkName = plan.networkName;
    this.isConnected = backend !== undefined;
    this.options = backend === undefined || 'send' in backend ? undefined : backend;
    this.name = config.name;
    this.model = config.model;
    this.mac = macText(config.mac);
    this.#side = side;
    this.cable = new Cable(network.backend, (frames) => side.send(frames));
  }

  /** Whether its cable is plugged in. */
  get isLinkUp(): boolean {
    return this.#isLinkUp;
  }

  /** Plugs the cable in, or pulls it. The guest is told, as by a card. */
  setLink(isUp: boolean): void {
    if (isUp === this.#isLinkUp) return;
    this.#isLinkUp = isUp;
    this.tellLink();
  }

  /**
   * Tells the machine, which may have another one's state.
   * @internal
   */
  tellLink(): void {
    this.#side.linkChanged(this.#isLinkUp);
  }

  /**
   * Limits what goes over its cable.
   * @param megabits of a million bits, a second in each direction; nothing: no limit
   * @throws ConfigurationError
   */
  setBandwidth(megabits: number | undefined): void {
    this.#network.setBandwidth(megabits);
  }

  /**
   * Opens a port of the host that leads to the guest, as `hostForward` of its user-mode network.
   * @returns the port
   * @throws ConfigurationError if the card has no such network, or the port cannot be had
   */
  async addHostForward(forward: HostForward): Promise<number> {
    return (await this.#user.forward(forward)).hostPort;
  }

  /**
   * Closes one of them; connections that there are stay.
   * @returns whether there was one at that address and port
   * @throws ConfigurationError if the card has no user-mode network
   */
  removeHostForward(forward: HostPort): boolean {
    checkObject('the port', forward, ['protocol', 'hostAddress', 'hostPort']);
    const { protocol = 'tcp', hostAddress = '0.0.0.0', hostPort } = forward;
    return this.#user.unforward(protocol, hostAddress, hostPort);
  }

  /**
   * The open connections of its user-mode network; undefined where it has another network, or none.
   * @internal
   */
  get flows(): readonly NetworkFlow[] | undefined {
    return this.#network.user?.flows;
  }

  get #user(): UserNetwork {
    const { user } = this.#network;
    if (user === undefined) throw new ConfigurationError(`${this.name} is not connected to a user-mode network`);
    return user;
  }

  /**
   * Lets go of what it is connected to.
   * @internal
   */
  async close(): Promise<void> {
    this.cable.close();
    await this.#network.backend.close();
  }
}
