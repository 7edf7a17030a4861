import type { Arguments } from './arguments.ts';
import { balloonCommand } from './balloon.ts';
import { blockCommands } from './block.ts';
import { bootCommand } from './boot.ts';
import { captureCommands } from './capture.ts';
import { mediumCommands } from './change.ts';
import { chardevCommands } from './chardev.ts';
import { type Command, type CommandContext, findCommand, helpLine, helpLines } from './command.ts';
import { deviceCommands } from './devices.ts';
import { dumpGuestMemoryCommand } from './dump-guest-memory.ts';
import { gdbserverCommand } from './gdbserver.ts';
import { hostForwardCommands } from './hostfwd.ts';
import { infoCommand } from './info.ts';
import { inputCommands } from './input.ts';
import { limitCommand } from './limits.ts';
import { memoryCommands } from './memory.ts';
import { mouseSetCommand } from './mice.ts';
import { migrationCommands, resumeOrAwait } from './migrate.ts';
import { networkCommands } from './network.ts';
import { portCommands } from './ports.ts';
import { processorCommand } from './processor.ts';
import { replayCommands } from './replay.ts';
import { screendumpCommand } from './screendump.ts';
import { snapshotCommands } from './snapshots.ts';
import { TextCursor } from './text-cursor.ts';
import { throttleCommand } from './throttle.ts';
import { traceCommands } from './trace.ts';
import { vncCommands } from './vnc.ts';

/** A command that asks the machine for something, takes nothing and has nothing to say. */
function request(names: readonly string[], help: string, act: (context: CommandContext) => Promise<void>): Command {
  return { names, usage: '', help, parameters: [], run: (_, context) => act(context) };
}

/** Help for a command, for one of `info`, or for all. */
function help({ words }: Arguments, { commands }: CommandContext): string {
  if (words.name === undefined) return helpLines(commands);
  if (words.name === 'info') return infoCommand.run(noArguments, {} as CommandContext) as string;
  const { command, path } = findCommand(commands, new TextCursor(words.name))!;
  return helpLine(command, path.slice(0, path.lastIndexOf(' ') + 1));
}

const noArguments: Arguments = {
  words: {},
  numbers: {},
  flags: new Set(),
  format: { count: 1, letter: 'x', size: 4, isSized: false },
};

/** All commands of the monitor. */
export const commands: readonly Command[] = [
  {
    names: ['help', '?'],
    usage: '[cmd]',
    help: 'show the help',
    parameters: [{ name: 'name', type: 'rest', optional: true }],
    run: help,
  },
  infoCommand,
  request(['stop', 's'], 'stop emulation', ({ machine }) => machine.pause()),
  request(['cont', 'c'], 'resume emulation', ({ machine }) => resumeOrAwait(machine)),
  request(['system_reset'], 'reset the system', ({ machine }) => machine.reset()),
  request(['system_powerdown'], 'send system power down event', ({ machine }) => machine.pressPowerButton()),
  request(['system_wakeup'], 'wakeup guest from suspend', ({ machine }) => machine.wake()),
  request(['nmi'], 'inject an NMI', ({ machine }) => machine.examine('requestNmi')),
  request(['quit', 'q'], 'quit the emulator', async ({ options }) => options.quit()),
  processorCommand,
  gdbserverCommand,
  ...migrationCommands,
  ...snapshotCommands,
  ...replayCommands,
  screendumpCommand,
  ...mediumCommands,
  ...blockCommands,
  throttleCommand,
  bootCommand,
  ...deviceCommands,
  limitCommand,
  balloonCommand,
  ...networkCommands,
  ...hostForwardCommands,
  ...memoryCommands,
  dumpGuestMemoryCommand,
  ...inputCommands,
  mouseSetCommand,
  ...portCommands,
  ...vncCommands,
  ...chardevCommands,
  ...captureCommands,
  ...traceCommands,
];
