import { readFile } from 'node:fs/promises';
import { Symbols } from '../../../runtime/debug/symbols.ts';
import { within } from '../../errors.ts';
import { ConfigurationError } from '../../index.ts';
import { bareCode, bytesOfHex, type Code } from '../../inspect/code.ts';
import { ElfFile } from '../../inspect/elf.ts';
import { changeKey, usualKey } from '../../inspect/state-key.ts';
import { systemMessage } from '../../node/system-message.ts';
import type { Request } from './command.ts';
import type { Options } from './options.ts';

/** Where bytes are of which nothing is said. */
const USUAL_ADDRESS = 0x1000;

/** The code that a request names. Throws ConfigurationError if there is none. */
export async function codeOf(request: Request): Promise<Code> {
  const { options } = request;
  if (options.hex !== undefined) return codeOfHex(options, options.hex);
  if (options.elf !== undefined) return codeOfElf(options, options.elf);
  throw new ConfigurationError('no code; give --hex BYTES, or --elf FILE --symbol NAME');
}

function keyOf({ bits = 32, state }: Options): number {
  const key = usualKey(bits);
  return state === undefined ? key : within('--state', () => changeKey(key, state));
}

function codeOfHex(options: Options, hex: string): Code {
  const bytes = within('--hex', () => bytesOfHex(hex));
  return bareCode(bytes, options.address ?? USUAL_ADDRESS, keyOf(options));
}

async function codeOfElf(options: Options, path: string): Promise<Code> {
  const { symbol } = options;
  if (symbol === undefined) throw new ConfigurationError('--elf needs --symbol NAME');
  const bytes = await readInput(path);
  return within(path, () => {
    const file = new ElfFile(bytes);
    const found = file.function(symbol);
    const symbols = new Symbols(file.list());
    const code = bareCode(found.bytes, options.address ?? found.address, keyOf(options));
    return { ...code, symbol: (address) => symbols.label(address) };
  });
}

/** The bytes of a file that was named. Throws ConfigurationError if it can't be read. */
async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ConfigurationError(`cannot read ${path}: ${systemMessage(error)}`);
  }
}
