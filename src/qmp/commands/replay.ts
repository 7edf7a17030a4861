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
    run: (args, { machine }) => told(machine.history.seekInReplay(args.number('icount'))),
  },
  {
    name: 'replay-break',
    parameters: { icount: 'integer' },
    run: (args, { machine }) => told(machine.history.breakInReplay(args.number('icount'))),
  },
  {
    name: 'replay-delete-break',
    run: (_, { machine }) => told(machine.history.withdrawBreak()),
  },
];

async function told(act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    throw new QmpError(messageOf(error));
  }
}
