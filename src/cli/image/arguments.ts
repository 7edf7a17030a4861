import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { ConfigurationError } from '../../index.ts';
import type { ImageFormat } from '../../storage/open.ts';
import { parseSize } from './size.ts';

/** What all commands on images take. */
const options = {
  format: { type: 'string', short: 'f' },
  'output-format': { type: 'string', short: 'O' },
  backing: { type: 'string', short: 'b' },
  'backing-format': { type: 'string', short: 'F' },
  option: { type: 'string', short: 'o', multiple: true },
  output: { type: 'string' },
  repair: { type: 'string', short: 'r' },
  shrink: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
} as const satisfies ParseArgsOptionsConfig;

export type OptionName = keyof typeof options;
export type Values = ReturnType<typeof parse>['values'];

export interface Arguments {
  readonly values: Values;
  readonly words: readonly string[];
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options, allowPositionals: true });
}

/** @throws ConfigurationError if there are options that the command doesn't take, or another number of words */
export function parseImageArguments(
  args: readonly string[],
  allowed: readonly OptionName[],
  [fewest, most]: readonly [number, number],
  usage: string,
): Arguments {
  const { values, positionals } = parsed(args, usage);
  const unexpected = Object.keys(values).find((name) => !allowed.includes(name as OptionName));
  if (unexpected !== undefined) throw new ConfigurationError(`image: --${unexpected} is not for this; usage: ${usage}`);
  if (positionals.length < fewest || positionals.length > most) throw new ConfigurationError(`image: usage: ${usage}`);
  return { values, words: positionals };
}

function parsed(args: readonly string[], usage: string): ReturnType<typeof parse> {
  try {
    return parse(args);
  } catch (error) {
    throw new ConfigurationError(`image: ${(error as Error).message.split('. ')[0]}; usage: ${usage}`);
  }
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
}

const versions: Readonly<Record<string, 2 | 3>> = { '0.10': 2, v2: 2, '1.1': 3, v3: 3 };

/** @throws ConfigurationError if `-o` has what isn't supported */
export function imageOptions(lists: readonly string[] = []): ImageOptions {
  let result: ImageOptions = { clusterSize: 65536, version: 3, refcountBits: 16 };
  for (const option of lists.flatMap((list) => list.split(','))) {
    const [name, value = ''] = option.split('=');
    if (name === 'cluster_size') result = { ...result, clusterSize: parseSize(value) };
    else if (name === 'refcount_bits') result = { ...result, refcountBits: Number(value) };
    else if (name === 'compat' && value in versions) result = { ...result, version: versions[value] };
    else
      throw new ConfigurationError(
        `-o ${option} is not supported (cluster_size=N, compat=0.10|1.1 and refcount_bits=N are)`,
      );
  }
  return result;
}
