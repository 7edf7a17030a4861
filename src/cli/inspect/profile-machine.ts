import { ConfigurationError, type Machine, type ThreadProfile } from '../../index.ts';
import { INTERVAL } from '../../inspect/sampling.ts';
import { parseArguments } from '../arguments.ts';
import type { Settings } from '../settings.ts';
import type { Request } from './command.ts';
import { inspect, print, printAnswer } from './main.ts';
import { parseOptions } from './options.ts';
import { profileAnswer, profileCommand } from './profile.ts';
import { terminalStyle } from './style.ts';
import { symbolTable } from './symbols.ts';

/** `rawiron profile …`: of a running machine; or behind `--` of one that is run to its end, or for so many seconds. */
export async function profile(args: readonly string[], run: (settings: Settings) => Promise<number>): Promise<number> {
  const end = args.indexOf('--');
  if (end < 0) return inspect(['profile', ...args]);
  const { options, words } = parseOptions(args.slice(0, end), profileCommand.options);
  if (words.length > 0) throw new ConfigurationError(`unexpected argument '${words[0]}'`);
  const settings = parseArguments(args.slice(end + 1));
  const request: Request = { options, words, style: terminalStyle(process.stdout, process.env) };
  return run({ ...settings, accompany: (machine, leave) => company(request, settings, machine, leave) });
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
