import { row } from '../help.ts';
import type { Command } from './command.ts';
import { optionOf } from './options.ts';

/** All commands, a line each. */
export function inspectHelp(commands: readonly Command[]): string {
  return `Usage: rawiron inspect COMMAND [options]

${commands.map(({ name, help }) => row(name, help)).join('\n')}

rawiron inspect COMMAND --help tells what it takes.
`;
}

/** One command and its options. */
export function helpOf({ name, usage, help, options }: Command): string {
  const rows = options.map(optionOf).map(({ name, argument = '', help }) => row(`--${name} ${argument}`.trim(), help));
  return `Usage: ${`rawiron inspect ${name} ${usage}`.trim()} [options]

${help.charAt(0).toUpperCase()}${help.slice(1)}.

${rows.join('\n')}
`;
}
