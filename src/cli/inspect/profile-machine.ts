import { ConfigurationError, type Machine, type ThreadProfile } from '../../index.ts';
import { INTERVAL } from '../../inspect/sampling.ts';
import { beginsMachine, parseArguments } from '../arguments.ts';
import type { Task } from '../program.ts';
import type { Settings } from '../settings.ts';
import type { Request } from './command.ts';
import { isHelp, parseInspect, print, printAnswer } from './main.ts';
import { optionOf, parseOptions } from './options.ts';
import { profileAnswer, profileCommand } from './profile.ts';
import { terminalStyle } from './style.ts';
import { symbolTable } from './symbols.ts';

/**
 * What `rawiron profile …` asks for: of a running machine; or of one that is run to its end, or for so many seconds.
 * Throws ConfigurationError if an option, a flag or a word is unknown or wrong.
 */
export function parseProfile(args: readonly string[], run: (settings: Settings) => Promise<number>): Task {
  const end = machineStart(args);
  if (end === args.length) return parseInspect(['profile', ...args]);
  const { options, words } = parseOptions(args.slice(0, end), profileCommand.options);
  if (words.length > 0) throw new ConfigurationError(`unexpected argument '${words[0]}'`);
  const settings = parseArguments(args.slice(args[end] === '--' ? end + 1 : end));
  const request: Request = { options, words, style: terminalStyle(process.stdout, process.env) };
  return () => run({ ...settings, accompany: (machine, leave) => company(request, settings, machine, leave) });
}

/** Where the words begin that describe a machine: at `--`, at an action, or at a flag that is no option of `profile`. */
export function machineStart(args: readonly string[]): number {
  for (let n = 0; n < args.length; n++) {
    if (isHelp(args[n])) return args.length;
    const [, name, value] = /^--?([a-z][a-z-]*)(=.*)?$/s.exec(args[n]) ?? [];
    const option = profileCommand.options.find((known) => known === name);
    if (option === undefined && (args[n] === '--' || beginsMachine(args[n]))) return n;
    if (option !== undefined && value === undefined && optionOf(option).argument !== undefined) n++;
  }
  return args.length;
}

/** Takes a profile from now on, and prints it at the end. */
async function company(
  { options, style }: Request,
  settings: Settings,
  machine: Machine,
  leave: () => void,
): Promise<AsyncDisposable> {
  const named = settings.symbols === undefined ? [] : [settings.symbols];
  const symbols = await symbolTable(options.symbols ?? named);
  const number = await machine.probe.startProfile(INTERVAL);
  const timer = options.seconds === undefined ? undefined : setTimeout(leave, options.seconds * 1000);
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      const taken: ThreadProfile = await machine.probe.stopProfile(number);
      await print('\n');
      await printAnswer(await profileAnswer(taken, symbols, options), options, style);
    },
  };
}
