import { ConfigurationError } from '../../index.ts';
import { formatNamed } from '../../storage/formats.ts';
import { openDisk } from '../../storage/open.ts';
import { PartsDisk } from '../../storage/parts.ts';
import type { Arguments } from './arguments.ts';
import { copyDisk } from './copy.ts';
import { readingHost } from './host.ts';
import { makeImage } from './new-image.ts';
import { parseSize } from './size.ts';

/** Names of the operands, and the size of a block in bytes: the default, and the largest. */
const operands = ['if', 'of', 'bs', 'count', 'skip'];
const [BLOCK, MOST_BLOCK] = [512, 2 ** 31 - 1];
/** How a copy is made that nothing is said of. */
const copying = { grain: 4096, width: 8, before: 'zeros', progress: () => {} } as const;

/** `image dd`: copies blocks of a disk into a new image. */
export async function ddImage({ values, words }: Arguments): Promise<string> {
  const { if: from, of: to, bs, count, skip } = operandsOf(words);
  if (from === undefined || to === undefined)
    throw new ConfigurationError('image dd: Must specify both input and output files: if=FILE of=FILE');
  const format = formatNamed(values['output-format']) ?? 'raw';
  const block = blockSize(bs);
  const first = parseSize(skip ?? '0') * block;
  const most = count === undefined ? Infinity : parseSize(count) * block;
  const disk = await openDisk(readingHost(values), from, { format: formatNamed(values.format), access: 'read' });
  const length = Math.max(0, Math.min(most, disk.size - first));
  const part = new PartsDisk([{ disk, from: Math.min(first, disk.size), length }]);
  try {
    await makeImage(to, format, { size: part.size }, (target) => copyDisk(part, target, copying));
  } finally {
    await part.close();
  }
  return '';
}

type Operands = Partial<Record<'if' | 'of' | 'bs' | 'count' | 'skip', string>>;

/** @throws ConfigurationError if a word is none of them */
function operandsOf(words: readonly string[]): Operands {
  const pairs = words.map((word) => [word.split('=', 1)[0]!, word.slice(word.indexOf('=') + 1)] as const);
  const wrong = words.findIndex((word, n) => !word.includes('=') || !operands.includes(pairs[n]![0]));
  if (wrong >= 0)
    throw new ConfigurationError(`image dd: unrecognized operand ${words[wrong]}; there are ${operands.join('=, ')}=`);
  return Object.fromEntries(pairs);
}

function blockSize(text: string | undefined): number {
  const bytes = text === undefined ? BLOCK : parseSize(text);
  if (bytes >= 1 && bytes <= MOST_BLOCK) return bytes;
  throw new ConfigurationError(`image dd: bs=${text} is not possible; it is from 1 to ${MOST_BLOCK} bytes`);
}
