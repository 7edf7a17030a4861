import { messageOf } from '../util/errors.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** `info replay`. */
export async function infoReplay({ machine }: CommandContext): Promise<string> {
  const { recording } = machine.history;
  if (recording === null) return 'Record/replay is not active\n';
  const { instructions } = await machine.metrics();
  const what = recording.mode === 'record' ? 'Recording' : 'Replaying';
  return `${what} execution '${recording.file ?? ''}': instruction count = ${instructions}\n`;
}

const icount = { name: 'icount', type: 'number' } as const;

/** Go through a replay. */
export const replayCommands: readonly Command[] = [
  {
    names: ['replay_break'],
    usage: 'icount',
    help: 'set breakpoint at the specified instruction count',
    parameters: [icount],
    run: ({ numbers }, { machine }) => told(machine.history.breakInReplay(Number(numbers.icount))),
  },
  {
    names: ['replay_delete_break'],
    usage: '',
    help: 'remove replay breakpoint',
    parameters: [],
    run: (_, { machine }) => told(machine.history.withdrawBreak()),
  },
  {
    names: ['replay_seek'],
    usage: 'icount',
    help: 'replay execution to the specified instruction count',
    parameters: [icount],
    run: ({ numbers }, { machine }) => told(machine.history.seekInReplay(Number(numbers.icount))),
  },
];

async function told(act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    throw new MonitorError(messageOf(error));
  }
}
