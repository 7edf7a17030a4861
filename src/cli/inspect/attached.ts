import type { Symbols } from '../../../runtime/debug/symbols.ts';
import { hex } from '../../../translator/emit/names.ts';
import { ConfigurationError } from '../../index.ts';
import type { TranslationDetail, TranslationInfo } from '../../machine-core.ts';
import { attach, type RemoteMachine } from '../../node/inspector/client.ts';
import { similarNames } from '../../util/similar.ts';
import type { Request } from './command.ts';
import type { OptionName } from './options.ts';
import { symbolTable } from './symbols.ts';

/** A running machine, and the names that are known of it. */
export interface Attached {
  readonly machine: RemoteMachine;
  readonly symbols: Symbols;
}

/** Options of every command that asks a running machine. */
export const machineOptions: readonly OptionName[] = ['connect', 'timeout', 'symbols', 'json'];

/** Attaches to the machine that a request names, and leaves it again. Throws ConfigurationError if it can't. */
export async function attached<Result>(
  { options }: Request,
  act: (attached: Attached) => Promise<Result>,
): Promise<Result> {
  const symbols = await symbolTable(options.symbols);
  const machine = await attach(options.connect, options.timeout);
  try {
    return await Promise.race([act({ machine, symbols }), machine.gone]);
  } finally {
    machine.close();
  }
}

/** A translation that was asked for before, as it is now, even if its page was moved to another address; null if it has gone. */
export async function sameTranslation(
  machine: Pick<RemoteMachine, 'ask'>,
  { linear, physical, key }: Pick<TranslationInfo, 'linear' | 'physical' | 'key'>,
): Promise<TranslationDetail | null> {
  const there = await machine.ask('translation', linear);
  const isSame = there?.info.physical === physical && there.info.key === key;
  return isSame ? there : machine.ask('translationIn', physical, key);
}

/** The address that a command was given: `c0101000`, `0xc0101000`, `schedule`, `guest_c0101000`; each may have `+0x10`. */
export function wantedAddress(words: readonly string[], symbols: Symbols): number {
  const [word] = words;
  if (word === undefined) throw new ConfigurationError('give an address, or a name with --symbols FILE');
  const [, place = word, offset = '0'] = /^([^+]+)(?:\+(0x[0-9a-f]+|\d+))?$/i.exec(word) ?? [];
  const address = symbols.find(place) ?? plainAddress(place);
  if (address !== undefined) return (address + Number(offset)) >>> 0;
  if (symbols.size === 0) throw new ConfigurationError(`'${word}' is not an address; names need --symbols FILE`);
  throw new ConfigurationError(`there is no symbol '${word}'${similarNames(place, symbols.names)}`);
}

/** An address in hexadecimal, by itself or at the end of a generated function's name. */
function plainAddress(text: string): number | undefined {
  const [, digits] = /^(?:0x)?([0-9a-f]{1,8})$/i.exec(text) ?? /^\w+_([0-9a-f]{8})$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

export function notMapped(linear: number): ConfigurationError {
  return new ConfigurationError(`nothing is mapped at ${hex(linear)}`);
}
