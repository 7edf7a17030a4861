import type { QmpCommand } from '../command.ts';

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
      await machine.history.seekInReplay(args.number('icount'));
    },
  },
  {
    name: 'replay-break',
    parameters: { icount: 'integer' },
    run: (args, { machine }) => machine.history.breakInReplay(args.number('icount')),
  },
  {
    name: 'replay-delete-break',
    run: (_, { machine }) => machine.history.withdrawBreak(),
  },
];
