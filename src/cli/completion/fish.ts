import { programCommands } from '../commands.ts';
import type { Command } from '../inspect/command.ts';
import { optionOf } from '../inspect/options.ts';
import { flagValues } from './flag-values.ts';

/** The completion script for fish. */
export function fishScript(commands: readonly Command[]): string {
  const atFirst = '-n __fish_use_subcommand';
  return [
    '# fish completion of rawiron',
    ...programCommands.map(({ name, help }) => `complete -c rawiron ${atFirst} -a ${name} -d ${quoted(help)}`),
    ...flagValues().map(flagLine),
    ...commands.map(
      ({ name, help }) => `complete -c rawiron -n '${isAt('inspect', 2)}' -f -a ${name} -d ${quoted(help)}`,
    ),
    ...commands.flatMap(commandLines),
    '',
  ].join('\n');
}

/** Flags are for a machine, not for the commands that have options of their own. */
const isMachine = `not __fish_seen_subcommand_from ${programCommands
  .filter(({ takesFlags }) => !takesFlags)
  .map(({ name }) => name)
  .join(' ')}`;

function flagLine({ flag, help, takesArgument, takesFile, values }: ReturnType<typeof flagValues>[number]): string {
  const offered = values.length > 0 ? ` -a '${values.join(' ')}'` : '';
  const argument = takesArgument ? ` -r ${takesFile ? '-F' : '-f'}${offered}` : '';
  return `complete -c rawiron -n '${isMachine}' -o ${flag.slice(1)}${argument} -d ${quoted(help)}`;
}

/** Whether a word is the first one, and so many stand before that which is typed. */
function isAt(word: string, count: number): string {
  return `test (count (commandline -opc)) -eq ${count}; and __fish_seen_subcommand_from ${word}`;
}

function commandLines({ name, options, values = [] }: Command): string[] {
  const here = `-n '__fish_seen_subcommand_from ${name}; and __fish_seen_subcommand_from inspect profile'`;
  return [
    ...(values.length > 0 ? [`complete -c rawiron ${here} -f -a '${values.join(' ')}'`] : []),
    ...options.map((option) => `complete -c rawiron ${here} ${optionWords(optionOf(option))}`),
  ];
}

function optionWords({ name, argument, help, values }: ReturnType<typeof optionOf>): string {
  const offered = values === 'file' ? ' -F' : values ? ` -f -a '${values.join(' ')}'` : ' -f';
  return `-l ${name}${argument === undefined ? '' : ` -r${offered}`} -d ${quoted(help)}`;
}

/** In single quotes, where a backslash takes a quote or itself. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
