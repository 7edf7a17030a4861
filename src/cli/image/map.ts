import { ConfigurationError } from '../../index.ts';
import { type Extent, extentsOf } from '../../storage/extents.ts';
import { formatNamed } from '../../storage/formats.ts';
import { openDisk } from '../../storage/open.ts';
import { type Arguments, isJson } from './arguments.ts';
import { readingHost } from './host.ts';
import { parseSize } from './size.ts';

/** Characters of a column. */
const WIDTH = 16;

/** `image map`: which parts of a disk are kept where, in all images that it stands on. */
export async function mapImage({ values, words: [file] }: Arguments): Promise<string> {
  const hasJson = isJson(values.output);
  const from = parseSize(values['start-offset'] ?? '0');
  const most = values['max-length'] === undefined ? Infinity : parseSize(values['max-length']);
  const disk = await openDisk(readingHost(values), file, { format: formatNamed(values.format), access: 'read' });
  try {
    const extents: Extent[] = [];
    for await (const extent of extentsOf(disk, from, Math.min(disk.size, from + most))) extents.push(extent);
    return hasJson ? `[${extents.map(jsonOf).join(',\n')}]\n` : textOf(extents);
  } finally {
    await disk.close();
  }
}

function textOf(extents: readonly Extent[]): string {
  const data = extents.filter(({ isData }) => isData);
  const rows = data.map(({ start, length, offset, file }) => {
    if (offset === undefined) throw new ConfigurationError('File contains external, encrypted or compressed clusters.');
    return row([start, length, offset].map(hexadecimal), file);
  });
  return row(['Offset', 'Length', 'Mapped to'], 'File') + rows.join('');
}

const row = (columns: readonly string[], file: string): string =>
  `${columns.map((text) => text.padEnd(WIDTH)).join('')}${file}\n`;

/** As C prints it by `%#x`. */
const hexadecimal = (value: number): string => (value === 0 ? '0' : `0x${value.toString(16)}`);

function jsonOf({ start, length, depth, isPresent, isZero, isData, offset }: Extent): string {
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
