import { ConfigurationError } from '../../index.ts';
import { type Extent, extentsOf } from '../../storage/extents.ts';
import { formatNamed } from '../../storage/formats.ts';
import { openDisk } from '../../storage/open.ts';
import type { Disk } from '../../storage/store.ts';
import { type Arguments, isJson } from './arguments.ts';
import { readingHost } from './host.ts';
import { parseSize } from './size.ts';

/** Characters of a column. */
const WIDTH = 16;

/** Characters that are printed at once, at least. */
const PRINTED = 1 << 14;

/** `image map`: which parts of a disk are kept where, in all images that it stands on. They are told as they are found. */
export async function mapImage({ values, words: [file] }: Arguments): Promise<AsyncIterable<string>> {
  const hasJson = isJson(values.output);
  const from = parseSize(values['start-offset'] ?? '0');
  const most = values['max-length'] === undefined ? Infinity : parseSize(values['max-length']);
  const disk = await openDisk(readingHost(values), file, { format: formatNamed(values.format), access: 'read' });
  const extents = extentsOf(disk, from, Math.min(disk.size, from + most));
  return inParts(closing(disk, hasJson ? jsonOf(extents) : textOf(extents)));
}

/** Texts in larger ones: each is printed by itself. */
async function* inParts(texts: AsyncIterable<string>): AsyncIterable<string> {
  let part = '';
  try {
    for await (const text of texts) {
      part += text;
      if (part.length < PRINTED) continue;
      yield part;
      part = '';
    }
  } catch (error) {
    yield part;
    throw error;
  }
  yield part;
}

async function* closing(disk: Disk, texts: AsyncIterable<string>): AsyncIterable<string> {
  try {
    yield* texts;
  } finally {
    await disk.close();
  }
}

async function* textOf(extents: AsyncIterable<Extent>): AsyncIterable<string> {
  yield row(['Offset', 'Length', 'Mapped to'], 'File');
  for await (const { isData, start, length, offset, file } of extents) {
    if (!isData) continue;
    if (offset === undefined) throw new ConfigurationError('File contains external, encrypted or compressed clusters.');
    yield row([start, length, offset].map(hexadecimal), file);
  }
}

async function* jsonOf(extents: AsyncIterable<Extent>): AsyncIterable<string> {
  yield '[';
  let separator = '';
  for await (const extent of extents) {
    yield `${separator}${objectOf(extent)}`;
    separator = ',\n';
  }
  yield ']\n';
}

const row = (columns: readonly string[], file: string): string =>
  `${columns.map((text) => text.padEnd(WIDTH)).join('')}${file}\n`;

/** As C prints it by `%#x`. */
const hexadecimal = (value: number): string => (value === 0 ? '0' : `0x${value.toString(16)}`);

function objectOf({ start, length, depth, isPresent, isZero, isData, offset }: Extent): string {
  const fields = {
    start,
    length,
    depth,
    present: isPresent,
    zero: isZero,
    data: isData,
    ...(offset !== undefined && { offset }),
  };
  return `{ ${Object.entries(fields)
    .map(([name, value]) => `"${name}": ${value}`)
    .join(', ')}}`;
}
