import type { Balloon } from '../machine/balloon.ts';
import { ConfigurationError, messageOf } from '../util/errors.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** The balloon, or QEMU's message that there is none. */
function balloonOf({ machine }: CommandContext): Balloon {
  if (machine.balloon === undefined) throw new MonitorError('Error: No balloon device has been activated');
  return machine.balloon;
}

/** How much memory the guest has, as QEMU's `info balloon` shows it. */
export function infoBalloon(context: CommandContext): string {
  return `balloon: actual=${Math.floor(balloonOf(context).memory / (1 << 20))}\n`;
}

/**
 * Asks the guest to keep so many bytes of memory: more than there is means all of it.
 * @throws ConfigurationError for none
 */
export function inflate(balloon: Balloon, bytes: number): void {
  if (bytes <= 0) throw new ConfigurationError("Parameter 'target' expects a size");
  balloon.setMemory(`${Math.min(Math.ceil(bytes / 1024), balloon.total / 1024)}K`);
}

export const balloonCommand: Command = {
  names: ['balloon'],
  usage: 'target',
  help: 'request VM to change its memory allocation (in MB)',
  parameters: [{ name: 'target', type: 'megabytes' }],
  run: async ({ numbers }, context) => {
    const balloon = balloonOf(context);
    try {
      inflate(balloon, Number(numbers.target));
    } catch (error) {
      throw new MonitorError(`Error: ${messageOf(error)}`);
    }
  },
};
