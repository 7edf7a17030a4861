import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import { ports } from '../../runtime/host/ports.ts';
import type { CardConfig } from '../../runtime/machine/cards.ts';
import type { PciCardModel } from '../../runtime/machine/catalogue/network.ts';
import type { Host } from '../host.ts';
import type { MachineStreams } from '../isolate/streams.ts';
import type { NetworkBackend } from '../network/backend.ts';
import type { OpenNetwork } from '../network/open-network.ts';
import { atOption, ConfigurationError, messageOf } from '../util/errors.ts';
import { type Image, loadImage } from '../util/image.ts';
import { NetworkCard } from './card.ts';
import { type CardOptions, type CardPlan, planPluggedCard } from './options.ts';

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

/** The host's functions that cards need. */
type CardHost = Pick<Host, 'openNetwork' | 'readFile' | 'ipxe'>;

/** The host's side of all network cards of a machine. */
export class MachineCards {
  /** In the order of their plans, once they are open. */
  readonly all: NetworkCard[] = [];
  readonly #plans: CardPlan[];
  /** Cards that are not in the machine yet. */
  readonly #coming = new Map<string, { readonly plan: CardPlan; readonly network: OpenNetwork }>();
  readonly #configs: CardConfig[] = [];
  /** Ports of cards that were pulled out: what they have asked for may still come. */
  readonly #gone = new Set<string>();
  readonly #host: CardHost;
  #machine: CardMachine = { send: () => {}, log: () => {} };
  #closed: Promise<unknown> | undefined;

  constructor(plans: readonly CardPlan[], host: CardHost) {
    this.#plans = [...plans];
    this.#host = host;
  }

  /**
   * Opens what the cards are connected to, and reads their ROMs.
   * @throws ConfigurationError
   */
  async open(): Promise<void> {
    for (const [n, plan] of this.#plans.entries()) {
      this.#configs.push(await atOption(n, () => this.#configOf(plan)));
      const network = await atOption(n, () => atOption('backend', () => this.#networkOf(plan)));
      this.all.push(this.#connectCard(plan, network));
    }
  }

  /**
   * Opens what one more card is to be connected to, which comes into the machine next (`enter`), or not (`remove`).
   * @throws ConfigurationError
   */
  async add(options: CardOptions): Promise<CardConfig> {
    const plan = planPluggedCard(options, this.#plans);
    const network = await this.#networkOf(plan);
    this.#plans.push(plan);
    this.#coming.set(plan.config.name, { plan, network });
    return plan.config;
  }

  /** A card is in the machine now. One of a recording is connected to nothing. */
  enter(config: CardConfig, streams: Pick<MachineStreams, 'addOutput' | 'addInput'>): void {
    const nowhere = { plan: { config, rom: undefined, backend: undefined, networkName: config.name } };
    const { plan, network } = this.#coming.get(config.name) ?? { ...nowhere, network: given(nothing()) };
    if (!this.#coming.delete(config.name)) this.#plans.push(plan);
    const card = this.#connectCard(plan, network);
    this.all.push(card);
    const port = ports.card(card.name);
    streams.addOutput(port, card.cable);
    streams.addInput(port, card.cable);
  }

  /** A card was pulled out, or does not come. */
  async remove(name: string): Promise<void> {
    const coming = this.#coming.get(name);
    this.#coming.delete(name);
    const isAnother = ({ config }: CardPlan) => config.name !== name;
    this.#plans.splice(0, Infinity, ...this.#plans.filter(isAnother));
    const n = this.all.findIndex((card) => card.name === name);
    const [card] = n < 0 ? [] : this.all.splice(n, 1);
    this.#gone.add(ports.cardControl(name).name);
    await coming?.network.backend.close();
    await card?.close();
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
      send: (value) => this.#machine.send({ type: 'input', port: ports.card(name).name, value }),
      linkChanged: (value) => this.#machine.send({ type: 'input', port: ports.cardControl(name).name, value }),
    });
  }

  /** The cards' part of the machine's configuration, once they are open. */
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
      const image = await this.#host.ipxe(card);
      return (await import('./rom-ids.ts')).withCardIds(image, card);
    } catch (error) {
      const why = messageOf(error).replace(/\s+/g, ' ');
      throw new ConfigurationError(`cannot get iPXE for ${name} (${why}); give the path of an option ROM as its rom`);
    }
  }

  /** The way to the machine. */
  connect(machine: CardMachine): void {
    this.#machine = machine;
  }

  /** Answers a request of the machine's for one of them, or one that was. Throws if it is for none: the machine would wait for ever. */
  answer({ port, id, question }: ToHost & { type: 'request' }): void {
    const card = this.all.find(({ name }) => ports.cardControl(name).name === port);
    if (card === undefined && !this.#gone.has(port))
      throw new Error(`no network card answers requests of the port '${port}'`);
    const answer = card === undefined ? new Uint8Array(0) : card.cable.exchange(question as Uint8Array);
    this.#machine.send({ type: 'completion', id, answer });
  }

  /** Lets go of all that they are connected to. May be called again. */
  close(): Promise<unknown> {
    this.#closed ??= Promise.all(this.all.map((card) => card.close()));
    return this.#closed;
  }
}
