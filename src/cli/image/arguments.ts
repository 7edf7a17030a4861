import { parseArgs } from 'node:util';
import { ConfigurationError } from '../../index.ts';
import type { ImageFormat } from '../../storage/open.ts';
import { imageFlags, type OptionName } from './flags.ts';
import { parseSize } from './size.ts';

export type Values = ReturnType<typeof parse>['values'];

export interface Arguments {
  readonly values: Values;
  readonly words: readonly string[];
}

/** What is wrong is found in the tokens: messages of Node name flags otherwise than they were typed. */
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

/** What is wrong with a flag, if something is. */
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

/** @throws ConfigurationError if a format isn't supported */
export function formatNamed(name: string | undefined): ImageFormat | undefined {
  if (name === undefined || name === 'raw' || name === 'qcow2') return name;
  throw new ConfigurationError(`the format '${name}' is not supported (raw and qcow2 are)`);
}

/** What `-o` says of a new qcow2 image. */
export interface ImageOptions {
  readonly clusterSize: number;
  readonly version: 2 | 3;
  readonly refcountBits: number;
  readonly compression: 'deflate' | 'zstd';
  readonly backingFile: string | undefined;
  readonly backingFormat: string | undefined;
  /** Bytes; undefined: it is said elsewhere. */
  readonly size: number | undefined;
}

const versions: Readonly<Record<string, 2 | 3>> = { '0.10': 2, v2: 2, '1.1': 3, v3: 3 };
const compressions: Readonly<Record<string, ImageOptions['compression']>> = { zlib: 'deflate', zstd: 'zstd' };

/** What images are like anyway. */
const asTheyAre = ['preallocation=off', 'lazy_refcounts=off', 'extended_l2=off', 'encryption=off'];

/** What an option of `-o` says; undefined if there is no such option, or it has no such value. */
function imageOption(name: string, value: string): Partial<ImageOptions> | undefined {
  if (name === 'cluster_size') return { clusterSize: parseSize(value) };
  if (name === 'refcount_bits') return { refcountBits: Number(value) };
  if (name === 'backing_file') return { backingFile: value };
  if (name === 'backing_fmt') return { backingFormat: value };
  if (name === 'size') return { size: parseSize(value) };
  if (asTheyAre.includes(`${name}=${value}`)) return {};
  if (name === 'compat' && Object.hasOwn(versions, value)) return { version: versions[value] };
  if (name === 'compression_type' && Object.hasOwn(compressions, value)) return { compression: compressions[value] };
  return undefined;
}

const knownOptions =
  'cluster_size=N, compat=0.10|1.1, refcount_bits=N, compression_type=zlib|zstd, backing_file=FILE, backing_fmt=raw|qcow2 and size=N';
const defaults: ImageOptions = {
  clusterSize: 65536,
  version: 3,
  refcountBits: 16,
  compression: 'deflate',
  backingFile: undefined,
  backingFormat: undefined,
  size: undefined,
};

/** @throws ConfigurationError if `-o` has what isn't supported */
export function imageOptions(lists: readonly string[] = []): ImageOptions {
  let result = defaults;
  for (const option of lists.flatMap((list) => list.split(','))) {
    const [name, ...rest] = option.split('=');
    const known = imageOption(name, rest.join('='));
    if (!known) throw new ConfigurationError(`-o ${option} is not supported (${knownOptions} are)`);
    result = { ...result, ...known };
  }
  return result;
}
