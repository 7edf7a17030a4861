import { messageOf } from '../errors.ts';
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

/** Goes through a replay. */
export const replayCommand: Command = {
  names: ['replay_seek'],
  usage: 'icount',
  help: 'replay execution to the specified instruction count',
  parameters: [{ name: 'icount', type: 'number' }],
  run: async ({ numbers }, { machine }) => {
    try {
      await machine.history.seekInReplay(Number(numbers.icount));
    } catch (error) {
      throw new MonitorError(messageOf(error));
    }
  },
};
