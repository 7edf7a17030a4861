import { ConfigurationError } from '../index.ts';
import { SnapshotError } from '../snapshot/layout.ts';
import { MissingImageError } from '../util/errors.ts';
import { printableMessage } from '../util/printable.ts';
import { opened } from './appliance.ts';
import { parseArguments } from './arguments.ts';
import { isParsedCommand, type ParsedCommand } from './commands.ts';
import { ExitError } from './exit-error.ts';
import { helpText, topicsText, versionText } from './help.ts';
import { listTexts } from './lists.ts';
import { flagsToChange } from './option-flags.ts';
import { print } from './print.ts';
import { demo, runMachine } from './run.ts';
import type { List, Settings } from './settings.ts';
import { start } from './start.ts';

const actions: Readonly<Record<Exclude<Settings['action'], List>, (settings: Settings) => number | Promise<number>>> = {
  run: (settings) => runMachine(settings),
  start,
  demo,
  help: ({ listed }) => print(listed === undefined ? helpText() : topicsText([listed])),
  version: () => print(versionText()),
};

const isList = (action: Settings['action']): action is List => Object.hasOwn(listTexts, action);

async function perform(settings: Settings): Promise<number> {
  const { action } = settings;
  return isList(action) ? print(listTexts[action](settings.listed)) : actions[action](await opened(settings));
}

/** Does what was asked for; gives the exit code. Throws ConfigurationError if it can't be done. */
export type Task = () => Promise<number>;

/** Parses the words after a command. Throws ConfigurationError for a word that is unknown or wrong. */
type Parser = (words: readonly string[]) => Promise<Task> | Task;

const parsers: Readonly<Record<ParsedCommand, Parser>> = {
  container: async (words) => (await import('./container/main.ts')).parseContainer(words),
  debian: async (words) => (await import('./debian/main.ts')).parseDebian(words),
  image: async (words) => (await import('./image/main.ts')).parseImage(words),
  // The one command of the inspector that can start a machine is also one of its own.
  inspect: async (words) =>
    words[0] === 'profile' ? parsers.profile(words.slice(1)) : (await import('./inspect/main.ts')).parseInspect(words),
  profile: async (words) => (await import('./inspect/profile-machine.ts')).parseProfile(words, perform),
  ps: async (words) => (await import('./ps/main.ts')).parsePs(words),
  pack: async (words) => (await import('./pack/main.ts')).parsePack(words),
  completion: async (words) => (await import('./inspect/main.ts')).parseInspect(['completion', ...words]),
  help: parseHelp,
};

/** `help inspect block` is `inspect block --help`. */
function parseHelp([first, ...rest]: readonly string[]): Promise<Task> | Task {
  if (first === undefined) return () => print(helpText());
  if (isParsedCommand(first) && first !== 'help') return parsers[first]([...rest, '--help']);
  const text = topicsText([first, ...rest]);
  return () => print(text);
}

/** Words that ask for help where they come first; the topics follow. */
const helpFlags: readonly (string | undefined)[] = ['--help', '-help', '-h'];

/**
 * Parses the command line and returns the task, which has not begun yet.
 * @throws ConfigurationError that names the flag, option or word which is unknown or wrong
 */
export async function parseCommand(args: readonly string[]): Promise<Task> {
  const [first, ...rest] = helpFlags.includes(args[0]) ? ['help', ...args.slice(1)] : args;
  if (isParsedCommand(first)) return parsers[first](rest);
  const settings = parseArguments(args);
  return () => perform(settings);
}

/** Does what the command line asks for; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const task = await parseCommand(args);
    return await task();
  } catch (error) {
    process.stderr.write(`rawiron: ${printableMessage(toldAs(error))}\n`);
    return error instanceof ExitError ? error.exitCode : 1;
  }
}

function toldAs(error: unknown): string {
  if (!(error instanceof ConfigurationError)) return `internal error: ${(error as Error).stack}`;
  const flags = error instanceof SnapshotError ? flagsToChange(error.differences) : undefined;
  if (flags !== undefined) return `${error.message}\nOn this command line: ${flags}`;
  return error instanceof MissingImageError ? `${error.message}: give them by flags such as -hda` : error.message;
}
