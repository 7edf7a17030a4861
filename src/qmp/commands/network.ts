import { findCard } from '../../monitor/network.ts';
import type { QmpCommand } from '../command.ts';
import { QmpError } from '../error.ts';

/** Commands about what network cards are connected to. */
export const networkCommands: readonly QmpCommand[] = [
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
