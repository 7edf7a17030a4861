import { existsSync, statSync } from 'node:fs';
import { ConfigurationError } from '../index.ts';
import { foreignProtocol } from '../storage/protocols.ts';
import { within } from '../util/errors.ts';
import { similarNames } from '../util/similar.ts';
import { checkNoDescription, isAppliance, withAppliance } from './appliance.ts';
import { actionNames, commandNames } from './commands.ts';
import { addDisk } from './drive-flags.ts';
import type { Flag } from './flag.ts';
import { flags } from './flags.ts';
import { missingFlags } from './missing.ts';
import { initialSettings, type Settings } from './settings.ts';

/**
 * Parses arguments: an action other than running (if it comes first), and flags. Those have one dash, as QEMU's do, or two.
 * @throws ConfigurationError that names the flag which is unknown, not supported or wrong
 */
export function parseArguments(args: readonly string[]): Settings {
  const [first, ...others] = args;
  if (isAction(first)) return parseFlags({ ...initialSettings, action: first }, others);
  if (first !== undefined && !first.startsWith('-') && !isFile(first))
    throw new ConfigurationError(unknownCommand(first));
  return parseFlags(initialSettings, args);
}

/** Whether a word can begin what describes a machine: an action or a flag. */
export function beginsMachine(word: string): boolean {
  return isAction(word) || isFlag(flagName(word) ?? '');
}

function isAction(word: string | undefined): word is 'start' | 'demo' {
  return word !== undefined && actionNames.includes(word);
}

function parseFlags(settings: Settings, args: readonly string[]): Settings {
  const rest = [...args];
  const later: WrittenFlag[] = [];
  while (rest.length > 0) {
    const text = rest.shift()!;
    if (!text.startsWith('-') && isFile(text)) {
      checkNoDescription(text);
      settings = isAppliance(text) ? withAppliance(settings, text) : addDisk(settings, text);
      continue;
    }
    const written = readFlag(text, rest);
    if (written.flag.last) later.push(written);
    else settings = applyFlag(settings, written);
  }
  return later.reduce(applyFlag, settings);
}

/** A flag with its argument, as it stands on the command line. */
interface WrittenFlag {
  readonly text: string;
  readonly flag: Flag;
  readonly argument: string;
}

/** The flag that a word is, and its argument: none, the next of the words, or after a "=" if it may be left out. */
function readFlag(text: string, rest: string[]): WrittenFlag {
  const [, word, value] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
  const flag = findFlag(value === undefined ? text : word);
  if (flag.optional) {
    if (value === undefined) checkNoArgument(text, flag, rest[0]);
    return { text, flag, argument: value ?? '' };
  }
  if (value !== undefined) throw new ConfigurationError(`unknown flag ${text}; --help all lists them`);
  return { text, flag, argument: flag.argument === undefined ? '' : takeArgument(text, flag.argument, rest) };
}

/** The next word, unless it is the next flag: then what should stand between them has been forgotten. */
function takeArgument(text: string, name: string, rest: string[]): string {
  const [next] = rest;
  if (next === undefined) throw new ConfigurationError(`${text} needs an argument: ${name}`);
  const flag = flagName(next);
  if (flag !== undefined && (isFlag(flag) || missingFlags.has(flag)))
    throw new ConfigurationError(`${text} needs an argument, ${name}, and '${next}' is a flag (a file: ./${next})`);
  return rest.shift()!;
}

/** A word behind a flag whose argument comes after a "=" is a disk, or was meant as the argument. */
function checkNoArgument(text: string, { argument }: Flag, next: string | undefined): void {
  if (next === undefined || next.startsWith('-') || commandNames.includes(next)) return;
  const status = existsSync(next) ? statSync(next) : undefined;
  if (status?.isFile() || status?.isBlockDevice()) return;
  throw new ConfigurationError(
    `${text} has its argument, ${argument}, after a '=': give ${text}=${next}; '${next}' is no file that could be a disk`,
  );
}

function flagName(text: string): string | undefined {
  return /^--?(.+)$/s.exec(text)?.[1];
}

function isFlag(name: string): boolean {
  return flags.some(({ names }) => names.includes(name));
}

function findFlag(text: string): Flag {
  const name = flagName(text);
  if (name === undefined) throw new ConfigurationError(unexpected(text));
  const flag = flags.find(({ names }) => names.includes(name));
  if (flag) return flag;
  if (missingFlags.has(name)) throw new ConfigurationError(`${text} is not supported: ${missingFlags.get(name)}`);
  const known = flags.flatMap(({ names }) => names.map((other) => `-${other}`));
  throw new ConfigurationError(`unknown flag ${text}${similarNames(`-${name}`, known)}; --help all lists them`);
}

/** One of its parts does, as in QEMU. */
const asksForHelp = /(^|,)(model=)?(help|\?)(,|$)/;

/** The thing whose help is asked for, such as a model in `-device MODEL,help`. */
function listedIn(argument: string): Pick<Settings, 'listed'> {
  const [listed = ''] = argument.split(',');
  return asksForHelp.test(listed) ? {} : { listed: listed.replace(/^(driver|type)=/, '') };
}

function applyFlag(settings: Settings, { text, flag, argument }: WrittenFlag): Settings {
  if (flag.list !== undefined && asksForHelp.test(argument))
    return { ...settings, action: flag.list, ...listedIn(argument) };
  return within(text, () => flag.apply(settings, argument));
}

/** Whether a word is meant as the image of a disk. */
function isFile(word: string): boolean {
  return existsSync(word) || /[./]/.test(word) || foreignProtocol(word) !== undefined || /^file:/.test(word);
}

function unknownCommand(word: string): string {
  const known = commandNames.join(', ');
  return `unknown command '${word}'${similarNames(word, commandNames)}; there are ${known}, and flags (--help)`;
}

function unexpected(text: string): string {
  if (commandNames.includes(text)) return `unexpected argument '${text}'; it goes before the flags`;
  return `unexpected argument '${text}'; there is no such file (a file name alone is the image of a hard disk)`;
}
