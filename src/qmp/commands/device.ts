import { plugDevice, unplugDevice } from '../../hot-plug/device-add.ts';
import type { QmpCommand } from '../command.ts';
import { QmpError } from '../error.ts';

/** Commands that plug devices in and pull them out while the machine runs. */
export const deviceCommands: readonly QmpCommand[] = [
  {
    name: 'device_add',
    parameters: { driver: 'string', bus: 'string?', id: 'string?' },
    hasMore: true,
    run: (args, { machine, options }) => {
      const given = Object.entries(args.all).map(([name, value]) => [name, String(value)]);
      return plugDevice(machine, Object.fromEntries(given), options.deviceIds);
    },
  },
  {
    name: 'device_del',
    parameters: { id: 'string' },
    run: async (args, { machine }) => {
      const id = args.text('id');
      if (!(await unplugDevice(machine, id))) throw new QmpError(`Device '${id}' not found`, 'DeviceNotFound');
    },
  },
];
