import { plugProblem, unplugProblem } from '../../hot-plug.ts';
import type { QmpCommand } from '../command.ts';
import { QmpError } from '../error.ts';

/** Nothing can be plugged in or pulled out while the machine runs: what they say is why. */
export const deviceCommands: readonly QmpCommand[] = [
  {
    name: 'device_add',
    parameters: { driver: 'string', bus: 'string?', id: 'string?' },
    hasMore: true,
    run: (args, { machine }) => {
      throw new QmpError(plugProblem(machine, args.text('driver')));
    },
  },
  {
    name: 'device_del',
    parameters: { id: 'string' },
    run: (args, { machine }) => {
      const problem = unplugProblem(machine, args.text('id'));
      if (problem === undefined) throw new QmpError(`Device '${args.text('id')}' not found`, 'DeviceNotFound');
      throw new QmpError(problem);
    },
  },
];
