import { Netdevs } from '../../hot-plug/netdevs.ts';
import { findCard } from '../../monitor/network.ts';
import { propertyList } from '../../options/property-list.ts';
import type { QmpCommand } from '../command.ts';
import { QmpError } from '../error.ts';

/** Commands about what network cards are connected to. */
export const networkCommands: readonly QmpCommand[] = [
  {
    name: 'netdev_add',
    parameters: { type: 'string', id: 'string' },
    hasMore: true,
    run: (args, { machine }) => Netdevs.of(machine).add(propertyList(JSON.stringify(args.all), 'type')),
  },
  {
    name: 'netdev_del',
    parameters: { id: 'string' },
    run: (args, { machine }) => {
      const id = args.text('id');
      if (!Netdevs.of(machine).delete(id)) throw new QmpError(`Device '${id}' not found`, 'DeviceNotFound');
    },
  },
  {
    name: 'set_link',
    parameters: { name: 'string', up: 'boolean' },
    run: (args, { machine }) => {
      const card = findCard(machine, args.text('name'));
      if (card === undefined) throw new QmpError(`Device '${args.text('name')}' not found`, 'DeviceNotFound');
      card.setLink(args.isSet('up'));
    },
  },
];
