import type { CardConfig } from '../../runtime/machine/cards.ts';
import { type CardModel, cardModels, isPciCard } from '../../runtime/machine/catalogue/network.ts';
import type { NetworkBackend } from '../network/backend.ts';
import type { NetworkBackendOptions } from '../network/options.ts';
import { checkedBootIndex } from '../util/boot-index.ts';
import { checkedOneOf, checkNames, checkText, shown } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';
import { checkImage, type Image } from '../util/image.ts';

/** A network card. */
export interface CardOptions {
  /** Default: "rtl8139". */
  readonly card?: CardModel;
  /** Its address, such as "52:54:00:12:34:56", which is the default of the first card; the next ones have the next addresses. */
  readonly mac?: string;
  /** The card's name in commands. Default: the model with a number, such as "rtl8139.0". */
  readonly name?: string;
  /**
   * An option ROM, by which firmware boots from the network; not for "ne2k_isa". "ipxe": that of iPXE for this card, from
   * Debian's package.
   */
  readonly rom?: 'ipxe' | Image;
  /** Firmware boots from the drives and cards with a number first, the lowest of them first of all; for a card that needs a `rom`. */
  readonly bootIndex?: number;
  /** The network at the other end of its cable. Default: none; the cable is plugged in, and sent frames are lost. */
  readonly backend?: NetworkBackendOptions | NetworkBackend;
  /** The network's name in commands. Default: "#net000" and so on. */
  readonly backendName?: string;
}

/** A card with its name and address, and what it is to be connected to. */
export interface CardPlan {
  readonly config: CardConfig;
  readonly rom: Image | undefined;
  readonly backend: NetworkBackendOptions | NetworkBackend | undefined;
  readonly networkName: string;
}

const defaultCard: CardModel = 'rtl8139';
const optionNames: readonly (keyof CardOptions)[] = [
  'card',
  'mac',
  'name',
  'rom',
  'bootIndex',
  'backend',
  'backendName',
];
/** The last byte counts up from card to card. */
const FIRST_MAC = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56];
/** Number of cards of one kind that have a place on their bus. */
const MOST_CARDS = 6;

/**
 * Gives every card its name and its address.
 * @throws ConfigurationError that names the card and what is wrong with it
 */
export function planCards(cards: readonly CardOptions[]): CardPlan[] {
  return atOption('network', () => plansOf(cards));
}

function plansOf(cards: readonly CardOptions[]): CardPlan[] {
  if (!Array.isArray(cards)) throw new ConfigurationError(`network is ${shown(cards)}; it must be an array of cards`);
  if (cards.length > MOST_CARDS)
    throw new ConfigurationError(`network has ${cards.length} cards; at most ${MOST_CARDS} are possible`);
  const plans: CardPlan[] = [];
  for (const [n, card] of cards.entries()) plans.push(atOption(n, () => plannedCard(card, `network[${n}]`, plans)));
  return plans;
}

/**
 * A card that is plugged into a machine that has others.
 * @throws ConfigurationError
 */
export function planPluggedCard(card: CardOptions, others: readonly CardPlan[]): CardPlan {
  if (others.length === MOST_CARDS)
    throw new ConfigurationError(`there are ${MOST_CARDS} network cards, and no more are possible; pull one out first`);
  return plannedCard(card, 'the card', others);
}

function plannedCard(options: CardOptions, where: string, others: readonly CardPlan[]): CardPlan {
  checkNames(where, options, optionNames);
  const { card = defaultCard, mac, backend } = options;
  atOption('card', () => checkedOneOf(`${where}.card`, card, cardModels));
  const name = options.name ?? freeName(card, others);
  atOption('name', () => checkText(`${where}.name`, name));
  atOption('backendName', () => checkText(`${where}.backendName`, options.backendName));
  if (others.some(({ config }) => config.name === name))
    throw new ConfigurationError(`${where}: there is a card '${name}' already; give another name`, 'name');
  if (options.rom !== undefined) atOption('rom', () => checkImage(`${where}.rom`, options.rom!));
  const taken = others.map(({ config }) => config.mac);
  const { bootIndex } = options;
  if (bootIndex !== undefined) atOption('bootIndex', () => checkedBootIndex(`${where}.bootIndex`, bootIndex));
  const [unused] = !isPciCard(card) ? (['rom', 'bootIndex'] as const).filter((one) => options[one] !== undefined) : [];
  if (unused !== undefined)
    throw new ConfigurationError(
      `${where}: a card that is not on the PCI bus has no option ROM here; leave out ${unused}`,
      unused,
    );
  return {
    rom: options.rom,
    config: {
      ...{ name, model: card },
      mac: mac === undefined ? freeMac(taken) : atOption('mac', () => checkedMac(`${where}.mac`, mac, taken)),
      ...(bootIndex !== undefined && { bootIndex }),
    },
    backend: atOption('backend', () => checkedBackend(where, backend)),
    networkName: options.backendName ?? freeNetworkName(others),
  };
}

function freeNetworkName(others: readonly CardPlan[]): string {
  const names = others.map(({ networkName }) => networkName);
  for (let n = others.length; ; n++) {
    const name = `#net${String(n).padStart(3, '0')}`;
    if (!names.includes(name)) return name;
  }
}

function freeName(card: CardModel, others: readonly CardPlan[]): string {
  const names = others.map(({ config }) => config.name);
  for (let n = 0; ; n++) if (!names.includes(`${card}.${n}`)) return `${card}.${n}`;
}

/** Whether it is a name of a card that was given none. */
export function isDefaultName(card: CardModel, name: string): boolean {
  return name.startsWith(`${card}.`) && /^\d+$/.test(name.slice(card.length + 1));
}

function freeMac(taken: readonly (readonly number[])[]): number[] {
  for (let n = 0; ; n++) {
    const mac = FIRST_MAC.with(-1, FIRST_MAC.at(-1)! + n);
    if (!taken.some((other) => isSame(other, mac))) return mac;
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.every((byte, n) => byte === b[n]);
}

function checkedMac(where: string, text: string, taken: readonly (readonly number[])[]): number[] {
  if (typeof text !== 'string' || !/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text))
    throw new ConfigurationError(`${where} is ${shown(text)}; give six bytes such as 52:54:00:12:34:56`);
  const mac = text.split(/[:-]/).map((byte) => Number.parseInt(byte, 16));
  if ((mac[0]! & 1) !== 0)
    throw new ConfigurationError(`${where} is ${text}, a multicast address; its first byte must be even`);
  if (taken.some((other) => isSame(other, mac)))
    throw new ConfigurationError(`${where} is ${text}, which another card has; give each card its own`);
  return mac;
}

function checkedBackend(where: string, backend: CardOptions['backend']): CardOptions['backend'] {
  if (backend === undefined || (typeof backend === 'object' && backend !== null)) return backend;
  throw new ConfigurationError(`${where}.backend is ${shown(backend)}; it must be an object such as { type: 'user' }`);
}
