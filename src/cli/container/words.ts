import { ConfigurationError } from '../../index.ts';
import { similarNames } from '../../util/similar.ts';
import { missingFlags } from './missing.ts';

/** A flag of one of the commands. `Settings`: what it changes. */
export interface ContainerFlag<Settings> {
  readonly names: readonly string[];
  /** The value that follows it. A flag without one is a switch, whose value is "true" or "false". */
  readonly argument?: string;
  readonly help: string;
  apply(settings: Settings, value: string): Settings;
}

/** A switch that has no value of its own has this one. */
export const ON = 'true';

function switchValue(name: string, value = ON): string {
  if (value !== ON && value !== 'false') throw new ConfigurationError(`${name}=${value}: give true or false`);
  return value;
}

interface GivenFlag<Settings> {
  readonly name: string;
  readonly flag: ContainerFlag<Settings>;
  /** Its argument, where that is in the same word. */
  readonly given: string | undefined;
}

type Find<Settings> = (name: string) => ContainerFlag<Settings>;

/** The flags of a word: `--name=value`, or letters, of which the last one may have its argument behind it, as in `-itw/work`. */
function flagsOf<Settings>(word: string, find: Find<Settings>): GivenFlag<Settings>[] {
  if (!word.startsWith('--')) return lettersOf(word.slice(1), find);
  const [name = '', given] = word.split(/=(.*)/s);
  return [{ name, flag: find(name), given }];
}

function lettersOf<Settings>(letters: string, find: Find<Settings>): GivenFlag<Settings>[] {
  const name = `-${letters[0] ?? ''}`;
  const [flag, rest] = [find(name), letters.slice(1)];
  if (rest.startsWith('=')) return [{ name, flag, given: rest.slice(1) }];
  if (flag.argument !== undefined) return [{ name, flag, given: rest === '' ? undefined : rest }];
  return [{ name, flag, given: undefined }, ...(rest === '' ? [] : lettersOf(rest, find))];
}

function flagNamed<Settings>(command: string, flags: readonly ContainerFlag<Settings>[], name: string) {
  const flag = flags.find(({ names }) => names.includes(name));
  if (flag !== undefined) return flag;
  const instead = missingFlags.get(name);
  if (instead !== undefined) throw new ConfigurationError(`container ${command}: there is no ${name}: ${instead}`);
  const known = flags.flatMap(({ names }) => names).filter((known) => known.startsWith('--'));
  const similar = name.startsWith('--') ? similarNames(name, known) : '';
  throw new ConfigurationError(
    `container ${command}: unknown flag '${name}'${similar}; container --help lists the flags`,
  );
}

/**
 * Reads the flags in front of a command's other words.
 * @returns the settings that they make of these, and the words behind them
 * @throws ConfigurationError
 */
export function readFlags<Settings>(
  command: string,
  flags: readonly ContainerFlag<Settings>[],
  words: readonly string[],
  initial: Settings,
): { readonly settings: Settings; readonly rest: readonly string[] } {
  let settings = initial;
  const rest = [...words];
  while (rest[0]?.startsWith('-')) {
    const word = rest.shift()!;
    if (word === '--') break;
    for (const { name, flag, given } of flagsOf(word, (name) => flagNamed(command, flags, name))) {
      const value = flag.argument === undefined ? switchValue(name, given) : (given ?? rest.shift());
      if (value === undefined) throw new ConfigurationError(`container ${command}: ${name} needs ${flag.argument}`);
      settings = flag.apply(settings, value);
    }
  }
  return { settings, rest };
}
