import { ConfigurationError } from '../../index.ts';
import { print } from '../print.ts';
import type { Task } from '../program.ts';
import { blockCommands } from './block.ts';
import { cacheCommands } from './cache.ts';
import type { Answer, Command } from './command.ts';
import { completionCommand } from './completion.ts';
import { diffCommand } from './diff.ts';
import { exportCommands } from './export.ts';
import { graphCommands } from './graph.ts';
import { helpOf, inspectHelp, isHelp } from './help.ts';
import { parseWithMachine } from './machine-words.ts';
import { type Options, parseOptions } from './options.ts';
import { profileCommand } from './profile.ts';
import { reportCommand } from './report.ts';
import { runtimeCommands } from './runtime.ts';
import { stageCommands } from './stages.ts';
import { type Style, terminalStyle } from './style.ts';

export const commands: readonly Command[] = [
  ...stageCommands,
  ...blockCommands,
  ...graphCommands,
  ...cacheCommands,
  ...runtimeCommands,
  profileCommand,
  diffCommand,
  ...exportCommands,
  reportCommand,
  completionCommand(() => commands),
];

/** Parses the arguments of `rawiron inspect …`. Throws ConfigurationError if there is no such command, option or word. */
export function parseInspect(args: readonly string[]): Task {
  const [name, ...rest] = args;
  if (name === 'help' && rest.length > 0) return parseInspect([...rest, '--help']);
  if (name === undefined || name === 'help' || isHelp(name)) return () => print(inspectHelp(commands));
  const command = commands.find((c) => c.name === name);
  if (!command) throw new ConfigurationError(`inspect: unknown command '${name}'; inspect --help lists them`);
  if (rest.some(isHelp)) return () => print(helpOf(command));
  const style = terminalStyle(process.stdout, process.env);
  const parse = command.takesMachine ? parseWithMachine : parseOptions;
  const { options, words } = parse(rest, command.options);
  const { words: most = 0 } = command;
  if (!command.takesMachine && words.length > most)
    throw new ConfigurationError(`unexpected argument '${words[most]}'`);
  return async () => printAnswer(await command.run({ options, words, style }), options, style);
}

/** Prints what a command has to say, as its options want it; returns the exit code. */
export async function printAnswer(answer: Answer, { json }: Options, style: Style): Promise<number> {
  return (await print(json ? jsonText(answer) : answer.text(style))) || (answer.code ?? 0);
}

function jsonText({ data, isOfSeries }: Answer): string {
  return `${JSON.stringify(data, null, isOfSeries ? 0 : 2)}\n`;
}
