import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import { controlPortName } from '../../runtime/host/network-port.ts';
import type { CardConfig } from '../../runtime/machine/cards.ts';
import type { PciCardModel } from '../../runtime/machine/models.ts';
import { loadImage } from '../boot-images.ts';
import { ConfigurationError, messageOf } from '../errors.ts';
import type { Host } from '../host.ts';
import type { NetworkBackend } from '../network/backend.ts';
import type { OpenNetwork } from '../network/open-network.ts';
import type { Image } from '../options.ts';
import { NetworkCard } from './card.ts';
import type { CardPlan } from './options.ts';
import { withCardIds } from './rom-ids.ts';

/** A cable with nothing at its end. */
function nothing(): NetworkBackend {
  return { send: () => {}, onFrame: () => true, resume: () => {}, close: async () => {} };
}

/** A backend of the caller's own, or none. */
function given(backend: NetworkBackend): OpenNetwork {
  const setBandwidth = () => {
    throw new ConfigurationError('a backend that is an object of the caller has no limit of bandwidth');
  };
  return { backend, setBandwidth, user: undefined, port: 0 };
}

/** The machine that cards belong to. */
interface CardMachine {
  send(message: ToMachine): void;
  /** For who listens to the machine's event `log`. */
  log(message: string): void;
}

/** What cards need of the host. */
type CardHost = Pick<Host, 'openNetwork' | 'readFile' | 'ipxe'>;

/** The host's side of all network cards of a machine. */
export class MachineCards {
  /** In the order of their plans, once they are open. */
  readonly all: NetworkCard[] = [];
  readonly #plans: readonly CardPlan[];
  readonly #configs: CardConfig[] = [];
  readonly #host: CardHost;
  #machine: CardMachine = { send: () => {}, log: () => {} };
  #closed: Promise<unknown> | undefined;

  constructor(plans: readonly CardPlan[], host: CardHost) {
    this.#plans = plans;
    this.#host = host;
  }

  /**
   * Opens what the cards are connected to, and reads their ROMs.
   * @throws ConfigurationError
   */
  async open(): Promise<void> {
    for (const plan of this.#plans) {
      this.#configs.push(await this.#configOf(plan));
      this.all.push(this.#connectCard(plan, await this.#networkOf(plan)));
    }
  }

  async #networkOf({ backend }: CardPlan): Promise<OpenNetwork> {
    if (backend === undefined) return given(nothing());
    return 'send' in backend
      ? given(backend)
      : await this.#host.openNetwork(backend, (message) => this.#machine.log(message));
  }

  #connectCard(plan: CardPlan, network: OpenNetwork): NetworkCard {
    const { name } = plan.config;
    return new NetworkCard(plan, network, {
      send: (value) => this.#machine.send({ type: 'input', port: name, value }),
      linkChanged: (value) => this.#machine.send({ type: 'input', port: controlPortName(name), value }),
    });
  }

  /** What the machine has to know of them, once they are open. */
  get config(): readonly CardConfig[] {
    return this.#configs;
  }

  async #configOf({ config, rom }: CardPlan): Promise<CardConfig> {
    if (rom === undefined) return config;
    return { ...config, rom: await this.#romOf(config, rom) };
  }

  async #romOf({ name, model }: CardConfig, rom: Image): Promise<Uint8Array> {
    if (rom !== 'ipxe') return await loadImage(`option ROM of ${name}`, rom, this.#host);
    try {
      const card = model as PciCardModel;
      return withCardIds(await this.#host.ipxe(card), card);
    } catch (error) {
      const why = messageOf(error).replace(/\s+/g, ' ');
      throw new ConfigurationError(`cannot get iPXE for ${name} (${why}); give the path of an option ROM as its rom`);
    }
  }

  /** The way to the machine. */
  connect(machine: CardMachine): void {
    this.#machine = machine;
  }

  /** Answers a request of the machine's for one of them. Throws if it is for none: the machine would wait for ever. */
  answer({ port, id, question }: ToHost & { type: 'request' }): void {
    const card = this.all.find(({ name }) => controlPortName(name) === port);
    if (card === undefined) throw new Error(`no network card answers requests of the port '${port}'`);
    this.#machine.send({ type: 'completion', id, answer: card.cable.exchange(question as Uint8Array) });
  }

  /** Lets go of all that they are connected to. May be called again. */
  close(): Promise<unknown> {
    this.#closed ??= Promise.all(this.all.map((card) => card.close()));
    return this.#closed;
  }
}
