import type { Balloon } from '../balloon.ts';
import { messageOf } from '../errors.ts';
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

export const balloonCommand: Command = {
  names: ['balloon'],
  usage: 'target',
  help: 'request VM to change its memory allocation (in MB)',
  parameters: [{ name: 'target', type: 'word' }],
  run: async ({ words }, context) => {
    const balloon = balloonOf(context);
    try {
      balloon.setMemory(words.target);
    } catch (error) {
      throw new MonitorError(`Error: ${messageOf(error)}`);
    }
  },
};
