import { capitalised } from '../help.ts';
import { row, terminalWidth, wrapped } from '../layout.ts';
import type { Command } from './command.ts';
import { type Option, optionOf } from './options.ts';

/** Whether a word asks for the help of a command. */
export function isHelp(word: string | undefined): boolean {
  return word === '--help' || word === '-help' || word === '-h';
}

/** All commands, a line each. */
export function inspectHelp(commands: readonly Command[]): string {
  return `Usage: rawiron inspect COMMAND [options]

${commands.map(({ name, help }) => row(name, help)).join('\n')}

rawiron inspect COMMAND --help tells what it takes.
`;
}

/** One command and its options. */
export function helpOf(command: Command): string {
  const { help, options } = command;
  const rows = options.map(optionOf).map((option) => optionRow(option, command));
  return `Usage: rawiron inspect ${usageOf(command)}

${wrapped(`${capitalised(help)}.`, terminalWidth())}

${rows.join('\n')}
`;
}

/** The usage of a command. Options come before a machine's words, since all that follows those belongs to the machine. */
function usageOf({ name, usage, takesMachine }: Command): string {
  const words = takesMachine ? [name, '[options]', usage] : [name, usage, '[options]'];
  return words.filter((word) => word !== '').join(' ');
}

function optionRow({ name, argument = '', help, usual }: Option, command: Command): string {
  const value = command.usual?.[name] ?? usual;
  return row(`--${name} ${argument}`.trim(), value === undefined ? help : `${help} (default: ${value})`);
}
