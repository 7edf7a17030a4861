import type { HostPort, NetworkCard } from '../cards/card.ts';
import { parseForwardedPort, parseHostForward } from '../network/netdev.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** A rule, and the card whose network it is for: the first user-mode network, unless it is named before the rule. */
function ruleOf({ words }: Arguments, { machine }: CommandContext): { card: NetworkCard; rule: string } {
  const cards = machine.network.filter(({ options }) => options?.type === 'user');
  const name = words.rule === undefined ? undefined : words.first!;
  const card = cards.find(({ networkName }) => name === undefined || networkName === name);
  if (card) return { card, rule: words.rule ?? words.first! };
  throw new MonitorError(
    name === undefined ? 'user mode network stack not in use' : `unrecognized netdev id '${name}'`,
  );
}

async function add(args: Arguments, context: CommandContext): Promise<void> {
  const { card, rule } = ruleOf(args, context);
  try {
    await card.addHostForward(parseHostForward(rule));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new MonitorError(`Could not set up host forwarding rule '${rule}': ${error.message}`);
  }
}

function remove(args: Arguments, context: CommandContext): string {
  const { card, rule } = ruleOf(args, context);
  const isRemoved = card.removeHostForward(portOf(rule));
  return `host forwarding rule for ${rule} ${isRemoved ? 'removed' : 'not found'}\n`;
}

function portOf(rule: string): HostPort {
  try {
    return parseForwardedPort(rule);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new MonitorError('invalid format');
    throw error;
  }
}

const parameters = [
  { name: 'first', type: 'word' },
  { name: 'rule', type: 'word', optional: true },
] as const;

/** Commands for ports of the host that lead to guests. */
export const hostForwardCommands: readonly Command[] = [
  {
    names: ['hostfwd_add'],
    usage: '[netdev_id] [tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport',
    help: 'redirect TCP or UDP connections from host to guest (requires -net user)',
    parameters,
    run: add,
  },
  {
    names: ['hostfwd_remove'],
    usage: '[netdev_id] [tcp|udp]:[hostaddr]:hostport',
    help: 'remove host-to-guest TCP or UDP redirection',
    parameters,
    run: remove,
  },
];
