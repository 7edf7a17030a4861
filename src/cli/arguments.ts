import { within } from '../errors.ts';
import { ConfigurationError } from '../index.ts';
import { type Flag, flags, unsupportedFlags } from './flags.ts';
import { initialSettings, type Settings } from './settings.ts';

/** Words that may come first. */
const actions = ['start', 'demo'] as const;

/**
 * What these arguments ask for: an action other than running (if it comes first), and flags. Those have one dash, as
 * QEMU's do, or two.
 * @throws ConfigurationError that names the flag which is unknown, not supported or wrong
 */
export function parseArguments(args: readonly string[]): Settings {
  const [first, ...others] = args;
  if (isAction(first)) return parseFlags({ ...initialSettings, action: first }, others);
  return parseFlags(initialSettings, args);
}

function isAction(word: string | undefined): word is (typeof actions)[number] {
  return (actions as readonly (string | undefined)[]).includes(word);
}

function parseFlags(settings: Settings, args: readonly string[]): Settings {
  const rest = [...args];
  while (rest.length > 0) {
    const text = rest.shift()!;
    const { flag, argument } = readFlag(text, rest);
    settings = applyFlag(settings, text, flag, argument);
  }
  return settings;
}

/** The flag that a word is, and its argument: none, the next of the words, or behind a "=" if it may be left out. */
function readFlag(text: string, rest: string[]): { flag: Flag; argument: string | undefined } {
  const [, word, value] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
  const flag = findFlag(value === undefined ? text : word);
  if (flag.optional) return { flag, argument: value ?? '' };
  if (value !== undefined) throw new ConfigurationError(`unknown flag ${text}; --help lists them`);
  return { flag, argument: flag.argument === undefined ? '' : rest.shift() };
}

function findFlag(text: string): Flag {
  const name = /^--?(.+)$/.exec(text)?.[1];
  if (name === undefined) throw new ConfigurationError(unexpected(text));
  const flag = flags.find(({ names }) => names.includes(name));
  if (flag) return flag;
  if (unsupportedFlags.has(name)) throw new ConfigurationError(`${text} is not supported; see --help for what is`);
  throw new ConfigurationError(`unknown flag ${text}; --help lists them`);
}

function applyFlag(settings: Settings, text: string, flag: Flag, argument: string | undefined): Settings {
  if (argument === undefined) throw new ConfigurationError(`${text} needs an argument: ${flag.argument}`);
  return within(text, () => flag.apply(settings, argument));
}

function unexpected(text: string): string {
  if (isAction(text)) return `unexpected argument '${text}'; it goes before the flags`;
  return `unexpected argument '${text}'; see --help (disk images are not supported)`;
}
