import { isPciCard } from '../../runtime/machine/catalogue/network.ts';
import {
  type CardModel,
  type CardOptions,
  ConfigurationError,
  cardModels,
  type NetworkBackendOptions,
  NetworkHub,
} from '../index.ts';
import { parseSocketNetdev, parseUserNetdev } from '../network/netdev.ts';
import { similarNames } from '../util/similar.ts';
import type { Flag } from './flag.ts';
import { parseInteger, propertyList } from './properties.ts';
import type { CommandLineCard, CommandLineNetwork, Settings } from './settings.ts';

type Property = readonly [name: string, value: string];

/** The properties of -nic, -netdev and -net, of which the type is the first. */
interface NetworkText {
  readonly type: string;
  /** Properties of the card, or of the flag itself. */
  readonly own: Readonly<Record<string, string>>;
  /** Properties of the network. */
  readonly others: readonly Property[];
}

const TYPES = 'user, socket or hubport';

const toTheHost = 'user needs no rights at the host, and socket leads to another machine';
const toMachines = 'socket, with listen=:PORT or connect=HOST:PORT, leads to another machine';
/** Replacements for types of QEMU's networks that are not supported. */
const insteadOfTypes: Readonly<Record<string, string>> = {
  tap: toTheHost,
  bridge: toTheHost,
  vde: toTheHost,
  'vhost-user': toTheHost,
  passt: toTheHost,
  stream: toMachines,
  dgram: toMachines,
  dump: '-object filter-dump,id=f0,netdev=ID,file=FILE captures what goes over one of them',
};

/** Kinds of networks, as they are written. */
export const networkUsages: Readonly<Record<string, string>> = {
  'user,id=ID[,hostfwd=RULE][,…]': "a network of its own behind the host's sockets",
  'socket,id=ID,listen=[HOST]:PORT|connect=HOST:PORT': 'another machine',
  'hubport,id=ID,hubid=N': 'the cards with the same hubid',
};

/** Flags of networks and their cards, as QEMU has them. */
export const networkFlags: readonly Flag[] = [
  {
    names: ['nic'],
    argument: 'user|socket|hubport|none[,model=CARD][,mac=ADDRESS][,id=NAME][,…]',
    help: 'a network card and what it is connected to',
    details:
      'user, socket and hubport are those of -netdev. model=help lists the cards. Without -nic, -net or -device there is no card.',
    list: 'list-cards',
    apply: (settings, text) => addNic(settings, splitText(text, ['model', 'mac', 'id'])),
  },
  {
    names: ['netdev'],
    argument: 'user|socket|hubport,id=ID[,…]',
    help: 'a network for -device CARD,netdev=ID',
    details:
      "user: a network of its own behind the host's sockets, with hostfwd=, guestfwd=, net=, restrict=on and the others of QEMU. socket: another machine, with listen=:PORT or connect=HOST:PORT. hubport: the cards with the same hubid=N.",
    list: 'list-netdevs',
    apply: (settings, text) => addNetdev(settings, splitText(text, ['id'])),
  },
  {
    names: ['net'],
    argument: 'nic[,model=CARD][,macaddr=ADDRESS][,netdev=ID]|user|socket|none[,…]',
    help: 'the older way of -nic',
    details: '-net nic is a card, and -net user or -net socket is what it is connected to.',
    list: 'list-cards',
    apply: (settings, text) => addNet(settings, splitText(text, ['model', 'macaddr', 'name', 'netdev'])),
  },
];

/** The cards of all flags, each with its network. Throws ConfigurationError if one of the two is missing. */
export function cardsOf(settings: Settings): CardOptions[] {
  const hubs = new Map<string, NetworkHub>();
  const hubOf = (id: string) => hubs.get(id) ?? hubs.set(id, new NetworkHub()).get(id)!;
  return allCards(settings).map(({ backend, ...given }) => {
    const card = { ...ownRom(settings, given), ...given };
    if (backend === undefined) return card;
    return { ...card, backend: backend.type === 'hubport' ? { type: 'hub', hub: hubOf(backend.hub) } : backend };
  });
}

/** As in QEMU a card brings its ROM along where the network is booted from. */
function ownRom(
  { machine: { bootOrder } }: Settings,
  { card, bootIndex }: Omit<CommandLineCard, 'netdev'>,
): { rom?: 'ipxe' } {
  const isAsked =
    bootIndex !== undefined || [bootOrder?.order, bootOrder?.once].some((letters) => letters?.includes('n'));
  return isAsked && (card === undefined || isPciCard(card)) ? { rom: 'ipxe' } : {};
}

function allCards(settings: Settings): Omit<CommandLineCard, 'netdev'>[] {
  const { cards, net } = settings;
  const used = [...cards, ...(net?.card ? [net.card] : [])].flatMap(({ netdev }) => netdev ?? []);
  const twice = used.find((id, n) => used.indexOf(id) !== n);
  if (twice !== undefined)
    throw new ConfigurationError(`the network '${twice}' has two cards; give each card a -netdev of its own`);
  const older = net?.card === undefined ? [] : [{ ...net.card, ...(net.backend && { backend: net.backend }) }];
  checkCaptures(settings);
  return [...cards, ...older].map((card) => connected(card, settings));
}

/** Networks that no card has, by their names: they are not open before one is plugged in. */
export function waitingNetworks(settings: Settings): ReadonlyMap<string, NetworkBackendOptions> {
  const networks = aloneIn(settings).map((id) => [id, settings.netdevs[id]!] as const);
  return new Map(networks.flatMap(([id, network]) => (network.type === 'hubport' ? [] : [[id, network] as const])));
}

function aloneIn({ cards, netdevs, net }: Settings): string[] {
  return Object.keys(netdevs).filter((id) => id !== net?.card?.netdev && !cards.some(({ netdev }) => netdev === id));
}

/** Warnings about networks that no card uses, in QEMU's words. */
export function networkWarnings(settings: Settings): string[] {
  const { net } = settings;
  const alone = aloneIn(settings);
  const isHubAlone = net?.backend !== undefined && net.card === undefined;
  return [...alone.map((id) => `netdev ${id} has no peer`), ...(isHubAlone ? ['hub 0 with no nics (-net)'] : [])];
}

/** The id of -nic is that of its network. */
function checkCaptures({ cards, netdevs, captures }: Settings): void {
  const isThere = (id: string) => netdevs[id] !== undefined || cards.some((card) => card.backend && card.name === id);
  const lost = Object.keys(captures).find((id) => !isThere(id));
  if (lost !== undefined)
    throw new ConfigurationError(
      `there is no network '${lost}' to capture; give -netdev user,id=${lost} or -nic user,id=${lost}`,
    );
}

function withCapture(network: CommandLineNetwork, dump: string | undefined): CommandLineNetwork {
  if (dump === undefined) return network;
  if (network.type === 'hubport')
    throw new ConfigurationError('a hub cannot be captured; capture a user or socket network');
  return { ...network, dump };
}

function connected(
  { netdev, ...card }: CommandLineCard,
  { netdevs, captures }: Settings,
): Omit<CommandLineCard, 'netdev'> {
  if (netdev === undefined)
    return card.backend ? { ...card, backend: withCapture(card.backend, captures[card.name ?? '']) } : card;
  const backend = netdevs[netdev];
  if (backend === undefined)
    throw new ConfigurationError(`there is no network '${netdev}'; give -netdev user,id=${netdev}`);
  return { ...card, backend: withCapture(backend, captures[netdev]), backendName: netdev };
}

/** The settings with a card of `-device rtl8139,netdev=ID,mac=ADDRESS`. */
export function addCard(
  settings: Settings,
  model: CardModel,
  { netdev = '', mac = '', id = '', romfile = '', bootindex = '' }: Readonly<Record<string, string>>,
): Settings {
  const card = {
    ...cardOf(model, mac, id),
    ...(netdev && { netdev }),
    ...(romfile && { rom: romfile }),
    ...(bootindex && { bootIndex: parseInteger('bootindex', bootindex) }),
  };
  return { ...settings, cards: [...settings.cards, card] };
}

function cardOf(model: string | undefined, mac = '', name = ''): Pick<CardOptions, 'card' | 'mac' | 'name'> {
  const known: readonly string[] = cardModels;
  // QEMU has these names too.
  const card = model === 'virtio' || model === 'virtio-net' ? 'virtio-net-pci' : model;
  if (card !== undefined && !known.includes(card))
    throw new ConfigurationError(
      `unknown model '${card}'${similarNames(card, known)}; it is one of: ${known.join(', ')}`,
    );
  return {
    ...(card !== undefined && { card: card as CardModel }),
    ...(mac && { mac }),
    ...(name && { name }),
  };
}

function splitText(text: string, names: readonly string[]): NetworkText {
  const list = propertyList(text, 'type');
  const own = list.filter(([name]) => name === 'type' || names.includes(name));
  const others = list.filter(([name]) => name !== 'type' && !names.includes(name));
  const { type = 'user', ...rest } = Object.fromEntries(own);
  return { type, own: rest, others };
}

function parseNetwork({ type, others }: NetworkText): CommandLineNetwork {
  if (type === 'hubport') return parseHubport(others);
  if (type === 'user') return parseUserNetdev(others);
  if (type === 'socket') return parseSocketNetdev(others);
  const instead = Object.hasOwn(insteadOfTypes, type) ? `: ${insteadOfTypes[type]}` : '';
  throw new ConfigurationError(`the network '${type}' is not supported; give ${TYPES}${instead}`);
}

function parseHubport(others: readonly Property[]): CommandLineNetwork {
  const unknown = others.find(([name]) => name !== 'hubid');
  if (unknown !== undefined)
    throw new ConfigurationError(`'${unknown[0]}' is not supported for a hubport; give hubid=N`);
  const { hubid } = Object.fromEntries(others);
  if (hubid === undefined) throw new ConfigurationError('a hubport needs the number of its hub; give hubid=N');
  return { type: 'hubport', hub: hubid };
}

function addNic(settings: Settings, text: NetworkText): Settings {
  if (text.type === 'none') return settings;
  const { model, mac, id } = text.own;
  const card = { ...cardOf(model, mac, id), backend: parseNetwork(text) };
  return { ...settings, cards: [...settings.cards, card] };
}

function addNetdev(settings: Settings, text: NetworkText): Settings {
  const { id } = text.own;
  if (id === undefined) throw new ConfigurationError('a network needs a name; give id=ID');
  if (settings.netdevs[id] !== undefined) throw new ConfigurationError(`there is a network '${id}' already`);
  return { ...settings, netdevs: { ...settings.netdevs, [id]: parseNetwork(text) } };
}

/** One card and one network: with more it has to be said which belong together. */
function addNet(settings: Settings, text: NetworkText): Settings {
  const { type, own } = text;
  const { net = {} } = settings;
  if (type === 'none') return settings;
  if ((type === 'nic' ? net.card : net.backend) !== undefined)
    throw new ConfigurationError(
      `-net ${type === 'nic' ? 'nic' : 'with a network'} is there twice; give -nic for each card`,
    );
  const { netdev } = own;
  const card = { ...cardOf(own.model, own.macaddr, own.name), ...(netdev !== undefined && { netdev }) };
  const more = type === 'nic' ? { card } : { backend: parseNetwork(text) };
  return { ...settings, net: { ...net, ...more } };
}
