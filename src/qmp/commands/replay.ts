import { messageOf } from '../../errors.ts';
import type { QmpCommand } from '../command.ts';
import { QmpError } from '../error.ts';

/** Commands about recordings and replays. */
export const replayCommands: readonly QmpCommand[] = [
  {
    name: 'query-replay',
    run: async (_, { machine }) => {
      const { recording } = machine.history;
      const { instructions } = await machine.metrics();
      if (recording === null) return { mode: 'none', icount: instructions };
      const { mode, file } = recording;
      return { mode, ...(file !== undefined && { filename: file }), icount: instructions };
    },
  },
  {
    name: 'replay-seek',
    parameters: { icount: 'integer' },
    run: async (args, { machine }) => {
      try {
        await machine.history.seekInReplay(args.number('icount'));
      } catch (error) {
        throw new QmpError(messageOf(error));
      }
    },
  },
];
