import type { Balloon } from '../../balloon.ts';
import type { QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

function balloonOf({ machine }: QmpContext): Balloon {
  if (machine.balloon === undefined) throw new QmpError('No balloon device has been activated', 'DeviceNotActive');
  return machine.balloon;
}

/** The memory that a guest keeps. QEMU's sizes are in bytes; more than there is means all of it. */
export const balloonCommands: readonly QmpCommand[] = [
  { name: 'query-balloon', run: (_, context) => ({ actual: balloonOf(context).memory }) },
  {
    name: 'balloon',
    parameters: { value: 'integer' },
    run: (args, context) => {
      const balloon = balloonOf(context);
      const value = args.number('value');
      if (value <= 0) throw new QmpError("Parameter 'target' expects a size");
      balloon.setMemory(`${Math.min(Math.ceil(value / 1024), balloon.total / 1024)}K`);
    },
  },
];
