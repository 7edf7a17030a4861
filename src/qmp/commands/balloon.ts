import type { Balloon } from '../../machine/balloon.ts';
import { inflate } from '../../monitor/balloon.ts';
import type { QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

function balloonOf({ machine }: QmpContext): Balloon {
  if (machine.balloon === undefined) throw new QmpError('No balloon device has been activated', 'DeviceNotActive');
  return machine.balloon;
}

/** The memory that a guest keeps. QEMU's sizes are in bytes. */
export const balloonCommands: readonly QmpCommand[] = [
  { name: 'query-balloon', run: (_, context) => ({ actual: balloonOf(context).memory }) },
  {
    name: 'balloon',
    parameters: { value: 'integer' },
    run: (args, context) => inflate(balloonOf(context), args.number('value')),
  },
];
