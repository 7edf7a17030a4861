import { ConfigurationError } from '../../index.ts';
import { standardOutputGone } from '../output-error.ts';
import { blockCommands } from './block.ts';
import { cacheCommands } from './cache.ts';
import type { Answer, Command } from './command.ts';
import { helpOf, inspectHelp } from './help.ts';
import { parseOptions } from './options.ts';
import { runtimeCommands } from './runtime.ts';
import { stageCommands } from './stages.ts';
import { terminalStyle } from './style.ts';

export const commands: readonly Command[] = [...stageCommands, ...cacheCommands, ...blockCommands, ...runtimeCommands];

/** `rawiron inspect …`: returns the exit code. Throws ConfigurationError if it can't be done as asked. */
export async function inspect(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || isHelp(name)) return print(inspectHelp(commands));
  const command = commands.find((c) => c.name === name);
  if (!command) throw new ConfigurationError(`inspect: unknown command '${name}'; inspect --help lists them`);
  if (rest.some(isHelp)) return print(helpOf(command));
  const style = terminalStyle(process.stdout, process.env);
  const { options, words } = parseOptions(rest, command.options);
  const answer = await command.run({ options, words, style });
  return print(options.json ? jsonText(answer) : answer.text(style));
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-help' || word === '-h';
}

function jsonText({ data }: Answer): string {
  return `${JSON.stringify(data, null, 2)}\n`;
}

/** Prints a text; returns the exit code. */
export async function print(text: string): Promise<number> {
  process.stdout.on('error', () => {});
  const error = await new Promise<Error | null | undefined>((resolve) => process.stdout.write(text, resolve));
  return error ? standardOutputGone(error) : 0;
}
