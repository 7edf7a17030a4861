import { Symbols } from '../../../runtime/debug/symbols.ts';
import { functionName } from '../../../runtime/exec/names.ts';
import { ConfigurationError } from '../../index.ts';
import { bareCode, bytesOfHex, type Code } from '../../inspect/code.ts';
import { ElfFile } from '../../inspect/elf.ts';
import { codeOfSnapshot } from '../../inspect/snapshot.ts';
import { changeKey, usualKey } from '../../inspect/state-key.ts';
import { within } from '../../util/errors.ts';
import { attached, notMapped, wantedAddress } from './attached.ts';
import type { Request } from './command.ts';
import { readInput } from './input.ts';
import type { OptionName, Options } from './options.ts';

/** Where bytes are of which nothing is said. */
export const USUAL_ADDRESS = 0x1000;

/** Ways to name code, each with the options that go with it. */
const ways = {
  hex: ['bits', 'address'],
  file: ['bits', 'address'],
  elf: ['symbol', 'bits', 'address'],
  machine: ['connect', 'timeout', 'symbols', 'seconds'],
} as const satisfies Record<string, readonly OptionName[]>;
type Way = keyof typeof ways;

/** The way in which a request names code. Throws ConfigurationError if that isn't clear. */
export function codeWay({ options, words }: Request): Way {
  const given = (Object.keys(ways) as Way[]).filter((way) => {
    return way === 'machine' ? words.length > 0 : options[way] !== undefined;
  });
  if (given.length === 0)
    throw new ConfigurationError(
      'no code; give --hex BYTES, --file FILE, --elf FILE --symbol NAME, or an address in a running machine',
    );
  const texts = given.map((way) => (way === 'machine' ? `'${words[0]}'` : `--${way}`));
  if (given.length > 1) throw new ConfigurationError(`${texts[1]} does not go with ${texts[0]}`);
  const [way] = given;
  const fitting: readonly OptionName[] = ways[way];
  const strange = Object.values(ways)
    .flat()
    .find((name) => options[name] !== undefined && !fitting.includes(name));
  if (strange) throw new ConfigurationError(`--${strange} does not go with ${texts[0]}`);
  return way;
}

const readers: Readonly<Record<Way, (request: Request) => Promise<Code>>> = {
  hex: codeOfHex,
  file: codeOfFile,
  elf: codeOfElf,
  machine: codeOfMachine,
};

/** The code that a request names. Throws ConfigurationError if there is none. */
export async function codeOf(request: Request): Promise<Code> {
  return readers[codeWay(request)](request);
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

async function codeOfHex({ options }: Request): Promise<Code> {
  const bytes = within('--hex', () => bytesOfHex(options.hex!));
  return bareCode(bytes, options.address ?? USUAL_ADDRESS, keyOf(options));
}

async function codeOfFile({ options }: Request): Promise<Code> {
  const bytes = await readInput(options.file!);
  if (bytes.length === 0) throw new ConfigurationError(`${options.file}: there are no bytes`);
  return bareCode(bytes, options.address ?? USUAL_ADDRESS, keyOf(options));
}

async function codeOfElf({ options }: Request): Promise<Code> {
  const path = options.elf!;
  const { symbol } = options;
  if (symbol === undefined) throw new ConfigurationError('--elf needs --symbol NAME');
  const bytes = await readInput(path);
  return within(path, () => {
    const file = new ElfFile(bytes);
    const found = file.function(symbol);
    const symbols = new Symbols(file.list());
    const code = bareCode(found.bytes, options.address ?? found.address, keyOf(options));
    const name = functionName(symbol, code.entries[0]);
    return { ...code, name, symbol: (address) => symbols.label(address) };
  });
}
