import { type LogItem, logItems } from '../../runtime/machine/log-items.ts';
import { matchingEvents } from '../../runtime/machine/trace/events.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** Events of a pattern with 1 for those that are traced, as QEMU's `info trace-events` shows them. */
export async function infoTraceEvents({ words }: Arguments, { machine }: CommandContext): Promise<string> {
  const wanted = new Set(matchingEvents(words.name ?? '*'));
  if (wanted.size === 0) throw new MonitorError(`unknown event "${words.name}"`);
  const events = await machine.examine('traceEvents');
  const lines = events.filter(({ name }) => wanted.has(name)).map(({ name, isOn }) => `${name} : state ${+isOn}\n`);
  return lines.join('');
}

async function setTrace({ words }: Arguments, { machine }: CommandContext): Promise<void> {
  const count = await machine.examine('setTrace', words.name!, words.state === 'on');
  if (count === 0) throw new MonitorError(`unknown event "${words.name}"`);
}

/** Sets the items to log. An unknown one is answered with the list of all, as in QEMU. */
async function setLog({ words }: Arguments, { machine }: CommandContext): Promise<string> {
  const items = words.items === 'none' ? [] : words.items!.split(',');
  if (!items.every((item) => Object.hasOwn(logItems, item))) return logHelp();
  await machine.examine('setLogItems', items as LogItem[]);
  return '';
}

function logHelp(): string {
  const rows = [['none', 'remove all logs'], ...Object.entries(logItems)];
  return `Log items (comma separated):\n${rows.map(([name, meaning]) => `${name!.padEnd(15)} ${meaning}\n`).join('')}\n`;
}

/** Commands that begin and end logs of what the guest does. */
export const traceCommands: readonly Command[] = [
  {
    names: ['trace-event'],
    usage: 'name on|off',
    help: 'changes status of a specific trace event',
    parameters: [
      { name: 'name', type: 'word' },
      { name: 'state', type: 'switch' },
    ],
    run: setTrace,
  },
  {
    names: ['log'],
    usage: 'item1[,...]',
    help: 'activate logging of the specified items',
    parameters: [{ name: 'items', type: 'word' }],
    run: setLog,
  },
];
