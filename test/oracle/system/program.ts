import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Layout } from '../../support/guest-kernel.ts';
import { paeKernel } from '../../support/guest-pae.ts';
import { Random } from '../../support/random.ts';
import { pagings } from './paging.ts';
import { type Family, hex } from './snippet.ts';
import { framed, type Surroundings, surrounded } from './surroundings.ts';

/** A random guest. */
export interface Program {
  readonly seed: number;
  /** Names of its snippets, in order. */
  readonly names: readonly string[];
  readonly snippets: readonly string[];
  /** A Multiboot image. */
  readonly image: Uint8Array;
  readonly symbols: ReadonlyMap<string, number>;
}

const FEWEST = 4;
const MOST = 16;
const HEADER_BYTES = 32;
/** Where the kernel has its log. */
const END = Layout.log;

export type ProgramOptions = Pick<Surroundings, 'mostTicks' | 'rounds' | 'prints'>;

/** Some snippets of a family, one after the other, again and again; the same for the same seed. */
export function makeProgram(seed: number, family: Family, options: ProgramOptions): Program {
  const random = new Random(seed);
  const paging = random.pick(pagings);
  const divisor = 60 + random.below(400);
  const all = Object.keys(family);
  const names = Array.from({ length: FEWEST + random.below(MOST - FEWEST) }, () => random.pick(all));
  const snippets = names.map((name) => `${startValues(random)}\n${family[name]!(random, paging)}`);
  for (;;) {
    const body = snippets.map((snippet, n) => framed(n, snippet)).join('');
    const { source } = paeKernel(surrounded(body, { ...options, paging, divisor }));
    const { bytes, symbols } = assemble(source, { origin: Layout.image, bits: 32 });
    if (Layout.image + bytes.length <= END) return { seed, names, snippets, image: multiboot(bytes), symbols };
    names.pop();
    snippets.pop();
  }
}

/** Values of the registers in front of a snippet. */
function startValues(random: Random): string {
  const registers = ['eax', 'ecx', 'edx', 'ebx', 'esi', 'edi', 'ebp'];
  return registers
    .map((name) => ` mov ${name}, ${hex(random.chance(50) ? random.word() : random.below(256))}`)
    .join('\n');
}

function multiboot(bytes: Uint8Array): Uint8Array {
  const [magic, flags, at] = [0x1badb002, 0x10000, Layout.image - HEADER_BYTES];
  const header = Int32Array.of(magic, flags, -(magic + flags), at, at, 0, 0, Layout.image);
  const image = new Uint8Array(HEADER_BYTES + bytes.length + (-bytes.length & 3));
  image.set(new Uint8Array(header.buffer));
  image.set(bytes, HEADER_BYTES);
  return image;
}

/** The place of an address in a program: the snippet's name and text. */
export function placeOf({ names, snippets, symbols }: Program, eip: number): string {
  const n = names.findIndex((_, index) => eip >= symbols.get(`s${index}`)! && eip < symbols.get(`e${index}`)!);
  return n < 0 ? `at ${hex(eip)}` : `${names[n]} (${hex(eip - symbols.get(`s${n}`)!)} bytes in):\n${snippets[n]}`;
}
