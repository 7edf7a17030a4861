import { parseArgs } from 'node:util';
import { ConfigurationError } from '../../index.ts';
import { imageFlags, type OptionName } from './flags.ts';

export type Values = ReturnType<typeof parse>['values'];

export interface Arguments {
  readonly values: Values;
  readonly words: readonly string[];
}

/** Parses without Node's checks, as its messages name flags otherwise than they were typed. Errors are found in the tokens. */
function parse(args: readonly string[], allowed: readonly OptionName[]) {
  const options = optionsFor(allowed);
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true }) as ReturnType<
    typeof parseArgs<{ options: typeof imageFlags; allowPositionals: true; tokens: true }>
  >;
}

/** The first option of a letter counts: that of the command. */
function optionsFor(allowed: readonly OptionName[]): typeof imageFlags {
  const own = allowed.map((name) => [name, imageFlags[name]] as const);
  return { ...Object.fromEntries(own), ...imageFlags };
}

/** @throws ConfigurationError if there are options that the command doesn't take, or another number of words */
export function parseImageArguments(
  args: readonly string[],
  allowed: readonly OptionName[],
  [fewest, most]: readonly [number, number],
  usage: string,
): Arguments {
  const { values, positionals, tokens } = parse(sizeAtLast(args), allowed);
  for (const token of tokens) {
    const problem = token.kind === 'option' && problemOf(token, allowed);
    if (problem) throw new ConfigurationError(`image: ${problem}; usage: ${usage}`);
  }
  if (positionals.length < fewest || positionals.length > most) throw new ConfigurationError(`image: usage: ${usage}`);
  return { values, words: positionals };
}

/** The last argument may be a size with a minus, which is no option. */
function sizeAtLast(args: readonly string[]): readonly string[] {
  const last = args.at(-1) ?? '';
  return /^-\d/.test(last) ? [...args.slice(0, -1), '--', last] : args;
}

/** A flag as it was typed. */
interface TypedFlag {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
}

/** The message for an unknown or wrong flag; undefined if it is right. */
function problemOf({ name, rawName, value }: TypedFlag, allowed: readonly OptionName[]): string | undefined {
  if (!Object.hasOwn(imageFlags, name)) return `there is no flag ${rawName}`;
  const own = allowed.find((one) => one === name);
  if (own === undefined) return `${rawName} is not for this`;
  const takesValue = imageFlags[own].type === 'string';
  if (takesValue && value === undefined) return `${rawName} needs a value`;
  return !takesValue && value !== undefined ? `${rawName} takes no value` : undefined;
}

/** Whether `--output` asks for JSON. @throws ConfigurationError if there is no such form */
export function isJson(output = 'human'): boolean {
  if (output === 'human' || output === 'json') return output === 'json';
  throw new ConfigurationError('--output is human or json');
}
