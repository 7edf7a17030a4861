import type { Symbols } from '../../../runtime/debug/symbols.ts';
import { hex } from '../../../translator/emit/names.ts';
import { ConfigurationError } from '../../index.ts';
import { attach, type RemoteMachine } from '../../node/inspector/client.ts';
import type { Request } from './command.ts';
import type { OptionName } from './options.ts';
import { symbolTable } from './symbols.ts';

/** A running machine, and the names that are known of it. */
export interface Attached {
  readonly machine: RemoteMachine;
  readonly symbols: Symbols;
}

/** Options of every command that asks a running machine. */
export const machineOptions: readonly OptionName[] = ['connect', 'symbols', 'json'];

/** Attaches to the machine that a request names, and leaves it again. Throws ConfigurationError if it can't. */
export async function attached<Result>(
  { options }: Request,
  act: (attached: Attached) => Promise<Result>,
): Promise<Result> {
  const symbols = await symbolTable(options.symbols);
  const machine = await attach(options.connect);
  try {
    return await Promise.race([act({ machine, symbols }), machine.gone]);
  } finally {
    machine.close();
  }
}

/** The address that a command was given: `c0101000`, `0xc0101000`, `schedule` or `schedule+0x10`. */
export function wantedAddress(words: readonly string[], symbols: Symbols): number {
  const [word] = words;
  if (word === undefined) throw new ConfigurationError('give an address, or a name with --symbols FILE');
  const [, name, offset = '0'] = /^([^+]+)(?:\+(0x[0-9a-f]+|\d+))?$/i.exec(word) ?? [];
  const symbol = name === undefined ? undefined : symbols.find(name);
  if (symbol !== undefined) return (symbol + Number(offset)) >>> 0;
  if (/^(0x)?[0-9a-f]{1,8}$/i.test(word)) return Number.parseInt(word.replace(/^0x/i, ''), 16);
  if (symbols.size === 0) throw new ConfigurationError(`'${word}' is not an address; names need --symbols FILE`);
  throw new ConfigurationError(`there is no symbol '${word}'`);
}

export function notMapped(linear: number): ConfigurationError {
  return new ConfigurationError(`nothing is mapped at ${hex(linear)}`);
}
