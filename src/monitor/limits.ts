import { isLimited } from '../drives/throttle/limits.ts';
import { limitNames } from '../options/limits.ts';
import { memorySize } from '../options/memory-size.ts';
import { messageOf } from '../util/errors.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** The machine's limits, and the drives that have limits of their own. */
export function infoLimits({ machine }: CommandContext): string {
  const { processor, instructions, memory, time, slack } = machine.limits;
  const lines = [
    `processor: ${processor === undefined ? 'no limit' : `${processor} percent of one`}`,
    `memory: ${memory === undefined ? 'no limit' : `${memorySize(memory) / 2 ** 20} MB`}`,
    `instructions: ${instructions ?? 'no limit'}`,
    `time: ${time === undefined ? 'no limit' : `${time} seconds`}`,
    `slack: ${slack ?? 0} milliseconds`,
    ...machine.drives.filter(({ limits }) => isLimited(limits)).map(({ label }) => `${label}: see info block`),
  ];
  return `${lines.join('\n')}\n`;
}

async function setLimit({ words: { name, value } }: Arguments, { machine }: CommandContext): Promise<void> {
  if (!(limitNames as readonly string[]).includes(name!))
    throw new MonitorError(`Error: there is no limit '${name}'; there are ${limitNames.join(', ')}`);
  try {
    await machine.setLimits({ [name!]: limitOf(name!, value!) });
  } catch (error) {
    throw new MonitorError(`Error: ${messageOf(error)}`);
  }
}

function limitOf(name: string, value: string): number | string | undefined {
  if (value === 'off') return undefined;
  return name === 'memory' ? value : Number(value);
}

/** Changes what the machine may take; QEMU leaves that to other programs. */
export const limitCommand: Command = {
  names: ['set_limit'],
  usage: 'processor|memory|instructions|time|slack value|off',
  help: 'limit what the machine takes: percent of a processor, memory in MB, instructions, seconds, milliseconds by which timers may be late (not in QEMU)',
  parameters: [
    { name: 'name', type: 'word' },
    { name: 'value', type: 'word' },
  ],
  run: setLimit,
};
