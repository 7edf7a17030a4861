import { limitsByCommandName } from '../drives/throttle/names.ts';
import { messageOf } from '../util/errors.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';
import { driveOf } from './info-block.ts';

const names = ['bps', 'bps_rd', 'bps_wr', 'iops', 'iops_rd', 'iops_wr'] as const;

async function setThrottle({ words, numbers }: Arguments, context: CommandContext): Promise<void> {
  const drive = driveOf(words.device, context);
  if (drive.image === null) throw new MonitorError(`Error: Device '${words.device}' has no medium`);
  const limits = names.map((name) => [limitsByCommandName.get(name)!, Number(numbers[name])]);
  try {
    await drive.setLimits(Object.fromEntries(limits));
  } catch (error) {
    throw new MonitorError(`Error: ${messageOf(error)}`);
  }
}

export const throttleCommand: Command = {
  names: ['block_set_io_throttle'],
  usage: `device ${names.join(' ')}`,
  help: 'change I/O throttle limits for a block drive',
  parameters: [{ name: 'device', type: 'drive' }, ...names.map((name) => ({ name, type: 'number' as const }))],
  run: setThrottle,
};
