import { MissingImageError } from '../errors.ts';
import { ConfigurationError } from '../index.ts';
import { printableMessage } from '../printable.ts';
import { parseArguments } from './arguments.ts';
import { ExitError } from './exit-error.ts';
import { helpText, versionText } from './help.ts';
import { listTexts } from './lists.ts';
import { print } from './print.ts';
import { demo, runMachine } from './run.ts';
import type { List, Settings } from './settings.ts';
import { start } from './start.ts';

const actions: Readonly<Record<Exclude<Settings['action'], List>, (settings: Settings) => number | Promise<number>>> = {
  run: (settings) => runMachine(settings),
  start,
  demo,
  help: () => print(helpText()),
  version: () => print(versionText()),
};

const isList = (action: Settings['action']): action is List => Object.hasOwn(listTexts, action);

async function perform(settings: Settings): Promise<number> {
  const { action } = settings;
  return isList(action) ? print(listTexts[action](settings.listed)) : actions[action](settings);
}

/** `help inspect block` is `inspect block --help`. */
function helpArguments(words: readonly string[]): readonly string[] {
  return [...words, '--help'];
}

/** Does what was asked for; gives the exit code. Throws ConfigurationError if it can't be done. */
export type Task = () => Promise<number>;

/**
 * What the command line asks for. Nothing is done yet.
 * @throws ConfigurationError that names the flag, option or word which is unknown or wrong
 */
export async function parseCommand(args: readonly string[]): Promise<Task> {
  const words = args[0] === 'help' ? helpArguments(args.slice(1)) : args;
  // The one command of the inspector that can start a machine is also one of its own.
  const [first, ...rest] = words[0] === 'inspect' && words[1] === 'profile' ? words.slice(1) : words;
  if (first === 'profile') return (await import('./inspect/profile-machine.ts')).parseProfile(rest, perform);
  if (first === 'debian') return (await import('./debian/main.ts')).parseDebian(rest);
  if (first === 'image') return (await import('./image/main.ts')).parseImage(rest);
  if (first === 'inspect') return (await import('./inspect/main.ts')).parseInspect(rest);
  if (first === 'pack') return (await import('./pack/main.ts')).parsePack(rest);
  if (first === 'ps') return (await import('./ps/main.ts')).parsePs(rest);
  if (first === 'completion') return (await import('./inspect/main.ts')).parseInspect(words);
  const settings = parseArguments(words);
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
  return error instanceof MissingImageError ? `${error.message}: give them by flags such as -hda` : error.message;
}
