import type { NetworkCard } from '../cards/card.ts';
import { Netdevs } from '../hot-plug/netdevs.ts';
import type { Machine } from '../machine/machine.ts';
import { propertyList } from '../options/property-list.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** Cards and what they are connected to, as QEMU's `info network` shows them. */
export function infoNetwork({ machine }: CommandContext): string {
  return machine.network.map(formatCard).join('');
}

function formatCard(card: NetworkCard): string {
  const { name, model, mac, networkName, isConnected } = card;
  const network = isConnected ? ` \\ ${networkName}: index=0,${describeNetwork(card)}\n` : '';
  return `${name}: index=0,type=nic,model=${model},macaddr=${mac}\n${network}`;
}

function describeNetwork({ options }: NetworkCard): string {
  if (options === undefined) return 'type=other';
  if (options.type !== 'user') return `type=${options.type}`;
  const net = (options.net ?? '10.0.2.0').replace(/\/.*/, '');
  return `type=user,net=${net},restrict=${options.restrict === true ? 'on' : 'off'}`;
}

/** The card of a name, which may be that of its network. */
export function findCard({ network }: Pick<Machine, 'network'>, name: string): NetworkCard | undefined {
  return network.find((candidate) => candidate.name === name || candidate.networkName === name);
}

/** @throws MonitorError if there is none */
function cardOf(name: string, { machine }: CommandContext): NetworkCard {
  const card = findCard(machine, name);
  if (card === undefined) throw new MonitorError(`Error: Device '${name}' not found`);
  return card;
}

async function setLink({ words }: Arguments, context: CommandContext): Promise<void> {
  const card = cardOf(words.name, context);
  card.setLink(words.state === 'on');
}

async function setBandwidth({ words }: Arguments, context: CommandContext): Promise<void> {
  const card = cardOf(words.name, context);
  const isNumber = /^\d+(\.\d+)?$/.test(words.limit);
  if (!isNumber && words.limit !== 'off')
    throw new MonitorError(`Error: '${words.limit}' is no bandwidth; give megabits a second, or off`);
  card.setBandwidth(isNumber ? Number(words.limit) : undefined);
}

function addNetdev({ words }: Arguments, { machine }: CommandContext): string {
  Netdevs.of(machine).add(propertyList(words.netdev!, 'type'));
  return '';
}

function removeNetdev({ words }: Arguments, { machine }: CommandContext): string {
  if (!Netdevs.of(machine).delete(words.id!)) throw new MonitorError(`Error: Device '${words.id}' not found`);
  return '';
}

/** Commands that change what goes over the cables of network cards. */
export const networkCommands: readonly Command[] = [
  {
    names: ['netdev_add'],
    usage: '[user|socket],id=str[,prop=value][,...]',
    help: 'add host network device',
    parameters: [{ name: 'netdev', type: 'rest' }],
    run: addNetdev,
  },
  {
    names: ['netdev_del'],
    usage: 'id',
    help: 'remove host network device',
    parameters: [{ name: 'id', type: 'word' }],
    run: removeNetdev,
  },
  {
    names: ['set_link'],
    usage: 'name on|off',
    help: 'change the link status of a network adapter',
    parameters: [
      { name: 'name', type: 'word' },
      { name: 'state', type: 'switch' },
    ],
    run: setLink,
  },
  {
    names: ['set_bandwidth'],
    usage: 'name megabits|off',
    help: 'limit what goes over the cable of a network adapter, in each direction (not in QEMU)',
    parameters: [
      { name: 'name', type: 'word' },
      { name: 'limit', type: 'word' },
    ],
    run: setBandwidth,
  },
];
