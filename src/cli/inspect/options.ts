import { ConfigurationError } from '../../index.ts';
import { stateWords } from '../../inspect/state-key.ts';
import { addressOf } from '../../node/inspector/address.ts';
import { ANSWER_LIMIT } from '../../node/inspector/client.ts';
import { within } from '../../util/errors.ts';
import { parseInteger } from '../properties.ts';

/** The options of `rawiron inspect`, parsed. */
export interface Options {
  readonly hex?: string;
  /** File of bytes that are code. */
  readonly file?: string;
  readonly bits?: 16 | 32;
  readonly elf?: string;
  readonly symbol?: string;
  readonly address?: number;
  readonly state?: string;
  readonly passes?: boolean;
  readonly handlers?: boolean;
  readonly json?: boolean;
  /** PATH or PORT of a running machine. */
  readonly connect?: string;
  /** Seconds that it has for each answer. */
  readonly timeout?: number;
  readonly symbols?: readonly string[];
  readonly seconds?: number;
  readonly count?: number;
  readonly once?: boolean;
  readonly sort?: string;
  readonly filter?: string;
  readonly limit?: number;
  readonly instructions?: number;
  readonly threshold?: number;
  readonly svg?: boolean;
  readonly install?: boolean;
  readonly output?: string;
}

/** One row of the table: parsing, help and completion come from it. */
export interface Option {
  readonly name: keyof Options;
  /** The name of its argument in the help; left out where it takes none. */
  readonly argument?: string;
  readonly help: string;
  /** Possible values of its argument, for completion; `file`: a file. */
  readonly values?: readonly string[] | 'file';
  /** The argument may be several values, with commas between them. */
  readonly isList?: true;
  /** It may be given several times: what it says comes after what it said before. */
  readonly repeats?: true;
  /** The default of a number, unless the command has another (`Command.usual`). */
  readonly usual?: number;
  parse(text: string): Options[keyof Options];
}

const text = (value: string): string => value;
const flag = (): true => true;

const table: readonly Option[] = [
  { name: 'hex', argument: 'BYTES', help: 'code as hexadecimal bytes', parse: text },
  { name: 'file', argument: 'FILE', help: 'a file of nothing but code', values: 'file', parse: text },
  { name: 'bits', argument: '16|32', help: 'width of that code (default: 32)', values: ['16', '32'], parse: parseBits },
  { name: 'elf', argument: 'FILE', help: 'code of an ELF file for i386', values: 'file', parse: text },
  { name: 'symbol', argument: 'NAME', help: 'the function of the ELF file', parse: text },
  { name: 'address', argument: 'N', help: 'where the bytes are (default: 0x1000)', parse: parseAddress },
  {
    name: 'state',
    argument: 'LIST',
    help: `what to assume: ${stateWords.join(', ')}`,
    values: stateWords,
    isList: true,
    parse: text,
  },
  { name: 'passes', help: 'show pass by pass what changed', parse: flag },
  { name: 'handlers', help: "show the interpreter's handlers instead", parse: flag },
  {
    name: 'connect',
    argument: 'PATH|PORT',
    help: 'the running machine (default: the only one)',
    values: 'file',
    parse: parseConnection,
  },
  {
    name: 'timeout',
    argument: 'SECONDS',
    help: 'how long the machine may take for an answer',
    usual: ANSWER_LIMIT,
    parse: parsePositive('timeout'),
  },
  {
    name: 'symbols',
    argument: 'FILE',
    help: 'names of addresses: ELF file, System.map, text of /proc/kallsyms; may be given several times',
    values: 'file',
    repeats: true,
    parse: (path) => [path],
  },
  {
    name: 'seconds',
    argument: 'N',
    help: 'how long to watch the machine',
    usual: 1,
    parse: parsePositive('seconds'),
  },
  {
    name: 'count',
    argument: 'N',
    help: 'how often to show it (default: until q or Ctrl-C)',
    parse: parseCount,
  },
  { name: 'once', help: 'one sample, as --count 1', parse: flag },
  {
    name: 'sort',
    argument: 'COLUMN',
    help: 'time (default), executions, address, bytes, js (or characters), links or symbol (or name)',
    values: ['time', 'executions', 'address', 'bytes', 'js', 'links', 'symbol'],
    parse: text,
  },
  { name: 'filter', argument: 'TEXT', help: 'only what has this in its name or address', parse: text },
  {
    name: 'limit',
    argument: 'N',
    help: 'at most so many lines (default: 30, or what top has room for; 0: all)',
    parse: parseWhole('limit'),
  },
  {
    name: 'instructions',
    argument: 'N',
    help: 'run so many at the most (default: 1000000)',
    parse: parseWhole('instructions'),
  },
  {
    name: 'threshold',
    argument: 'N',
    help: 'runs before code is translated (default: 1, of a machine as usual)',
    parse: parseWhole('threshold'),
  },
  { name: 'svg', help: 'print a picture instead of DOT', parse: flag },
  { name: 'install', help: 'lets the machine go on with the files, for a debugger at its process', parse: flag },
  {
    name: 'output',
    argument: 'FILE',
    help: 'writes the profile, for DevTools (.cpuprofile)',
    values: 'file',
    parse: text,
  },
  { name: 'json', help: 'print JSON', parse: flag },
];

export type OptionName = keyof Options;

/** The row of an option. */
export function optionOf(name: OptionName): Option {
  return table.find((option) => option.name === name)!;
}

export interface ParsedArguments {
  readonly options: Options;
  /** The words that are no options. */
  readonly words: readonly string[];
}

/**
 * Options, with one dash or two (up to a word `--`), as `--name value` or `--name=value`, and the words between them.
 * @throws ConfigurationError that names the option which is unknown or wrong
 */
export function parseOptions(args: readonly string[], allowed: readonly OptionName[]): ParsedArguments {
  const options: Partial<Record<OptionName, Options[OptionName]>> = {};
  const words: string[] = [];
  const rest = [...args];
  while (rest.length > 0) {
    const given = rest.shift()!;
    if (given === '--') return { options: options as Options, words: [...words, ...rest] };
    const match = /^--?([a-z][a-z-]*)(?:=([\s\S]*))?$/.exec(given);
    if (!match) {
      words.push(given);
      continue;
    }
    const [, name, value] = match;
    const option = table.find((row) => row.name === name && allowed.includes(row.name));
    if (!option) throw new ConfigurationError(`unknown option --${name}; --help lists them`);
    const parsed = parseValue(option, value, () => rest.shift());
    options[option.name] = option.repeats ? appended(options[option.name], parsed) : parsed;
  }
  return { options: options as Options, words };
}

function appended(before: Options[OptionName], more: Options[OptionName]): Options[OptionName] {
  return [...((before ?? []) as readonly string[]), ...(more as readonly string[])];
}

function parseValue(option: Option, value: string | undefined, next: () => string | undefined): Options[OptionName] {
  if (option.argument === undefined) {
    if (value !== undefined) throw new ConfigurationError(`--${option.name} takes no argument`);
    return option.parse('');
  }
  const argument = value ?? next();
  if (argument === undefined) throw new ConfigurationError(`--${option.name} needs an argument: ${option.argument}`);
  return option.parse(argument);
}

function parseWhole(name: string): (value: string) => number {
  return (value) => {
    if (!/^\d{1,9}$/.test(value)) throw new ConfigurationError(`--${name} is a whole number, not '${value}'`);
    return Number(value);
  };
}

function parseCount(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new ConfigurationError(`--count is a whole number above 0, not '${value}'`);
  return Number(value);
}

/** A day. */
const LONGEST = 86_400;

function parsePositive(name: string): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!(number > 0 && number <= LONGEST))
      throw new ConfigurationError(`--${name} is a number above 0 and at most ${LONGEST}, not '${value}'`);
    return number;
  };
}

function parseBits(value: string): 16 | 32 {
  if (value !== '16' && value !== '32') throw new ConfigurationError(`--bits is 16 or 32, not '${value}'`);
  return Number(value) as 16 | 32;
}

function parseConnection(value: string): string {
  within('--connect', () => addressOf(value));
  return value;
}

/** Hexadecimal with or without 0x. */
function parseAddress(value: string): number {
  if (!/^(0x)?[0-9a-f]{1,8}$/i.test(value)) throw new ConfigurationError(`'${value}' is not an address`);
  return parseInteger('address', `0x${value.replace(/^0x/i, '')}`);
}
