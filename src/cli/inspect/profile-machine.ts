import { ConfigurationError, type Machine, type ThreadProfile } from '../../index.ts';
import { INTERVAL } from '../../inspect/sampling.ts';
import { timerDelay } from '../../util/timer-delay.ts';
import { parseArguments } from '../arguments.ts';
import { print } from '../print.ts';
import type { Task } from '../program.ts';
import type { Settings } from '../settings.ts';
import type { Request } from './command.ts';
import { machineStart, parseWithMachine } from './machine-words.ts';
import { parseInspect, printAnswer } from './main.ts';
import { profileAnswer, profileCommand } from './profile.ts';
import { terminalStyle } from './style.ts';
import { symbolTable } from './symbols.ts';

/**
 * Parses the arguments of `rawiron profile …`: for a running machine, or for one that is run to its end or for a number of
 * seconds. Throws ConfigurationError if an option, a flag or a word is unknown or wrong.
 */
export function parseProfile(args: readonly string[], run: (settings: Settings) => Promise<number>): Task {
  if (machineStart(args, profileCommand.options) === args.length) return parseInspect(['profile', ...args]);
  const { options, words } = parseWithMachine(args, profileCommand.options);
  const running = (['connect', 'timeout'] as const).find((name) => options[name] !== undefined);
  if (running !== undefined)
    throw new ConfigurationError(
      `--${running} is for a machine that runs, and '${words.join(' ')}' starts one; leave one out`,
    );
  const settings = parseArguments(words);
  const request: Request = { options, words, style: terminalStyle(process.stdout, process.env) };
  return () => run({ ...settings, accompany: (machine, leave) => company(request, settings, machine, leave) });
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
  const timer = options.seconds === undefined ? undefined : setTimeout(leave, timerDelay(options.seconds * 1000));
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      const taken: ThreadProfile = await machine.probe.stopProfile(number);
      await print('\n');
      await printAnswer(await profileAnswer(taken, symbols, options), options, style);
    },
  };
}
