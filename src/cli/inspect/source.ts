import { Symbols } from '../../../runtime/debug/symbols.ts';
import { within } from '../../errors.ts';
import { ConfigurationError } from '../../index.ts';
import { bareCode, bytesOfHex, type Code } from '../../inspect/code.ts';
import { ElfFile } from '../../inspect/elf.ts';
import { codeOfSnapshot } from '../../inspect/snapshot.ts';
import { changeKey, usualKey } from '../../inspect/state-key.ts';
import { attached, notMapped, wantedAddress } from './attached.ts';
import type { Request } from './command.ts';
import { readInput } from './input.ts';
import type { Options } from './options.ts';

/** Where bytes are of which nothing is said. */
const USUAL_ADDRESS = 0x1000;

/** The code that a request names. Throws ConfigurationError if there is none. */
export async function codeOf(request: Request): Promise<Code> {
  const { options } = request;
  if (options.hex !== undefined) return codeOfHex(options, options.hex);
  if (options.elf !== undefined) return codeOfElf(options, options.elf);
  if (request.words.length === 0)
    throw new ConfigurationError(
      'no code; give --hex BYTES, --elf FILE --symbol NAME, or an address in a running machine',
    );
  return codeOfMachine(request);
}

/** The code at an address of the running machine. */
function codeOfMachine(request: Request): Promise<Code> {
  return attached(request, async ({ machine, symbols }) => {
    const linear = wantedAddress(request.words, symbols);
    const snapshot = await machine.ask('code', linear);
    if (!snapshot) throw notMapped(linear);
    const { state } = request.options;
    const key = state === undefined ? snapshot.key : within('--state', () => changeKey(snapshot.key, state));
    return codeOfSnapshot({ ...snapshot, key }, symbols);
  });
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
