import { ConfigurationError } from '../../index.ts';
import { beginsMachine } from '../arguments.ts';
import { isHelp } from './help.ts';
import { type OptionName, optionOf, type ParsedArguments, parseOptions } from './options.ts';

/**
 * Options, and after them the words that describe a machine; a `--` between them may be left out.
 * @throws ConfigurationError as `parseOptions`, and for a word between the two
 */
export function parseWithMachine(args: readonly string[], allowed: readonly OptionName[]): ParsedArguments {
  const start = machineStart(args, allowed);
  const { options, words } = parseOptions(args.slice(0, start), allowed);
  if (start === args.length) return { options, words };
  if (words.length > 0) throw new ConfigurationError(`unexpected argument '${words[0]}'`);
  return { options, words: args.slice(args[start] === '--' ? start + 1 : start) };
}

/** Where these words begin: at `--`, at an action, or at a flag that is none of the options. */
export function machineStart(args: readonly string[], allowed: readonly OptionName[]): number {
  for (let n = 0; n < args.length; n++) {
    if (isHelp(args[n])) return args.length;
    const [, name, value] = /^--?([a-z][a-z-]*)(=.*)?$/s.exec(args[n]) ?? [];
    const option = allowed.find((known) => known === name);
    if (option === undefined && (args[n] === '--' || beginsMachine(args[n]))) return n;
    if (option !== undefined && value === undefined && optionOf(option).argument !== undefined) n++;
  }
  return args.length;
}
