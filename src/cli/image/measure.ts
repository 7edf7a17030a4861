import { ConfigurationError } from '../../index.ts';
import { extentsOf } from '../../storage/extents.ts';
import { formatNamed, type ImageFormat } from '../../storage/formats.ts';
import { openDisk } from '../../storage/open.ts';
import { Qcow2Disk } from '../../storage/qcow2/disk.ts';
import { dataBytes, fullyAllocatedBytes } from '../../storage/qcow2/measure.ts';
import type { Disk } from '../../storage/store.ts';
import { type Arguments, isJson } from './arguments.ts';
import { readingHost } from './host.ts';
import { type ImageOptions, imageOptions } from './options.ts';
import { parseSize } from './size.ts';
import { snapshotChoice } from './snapshot-choice.ts';

const SECTOR = 512;

/** Bytes of a file that is to be made. */
interface Measure {
  readonly required: number;
  readonly fullyAllocated: number;
  /** Bytes for the bitmaps that are copied: 0 for a format that can have some. */
  readonly bitmaps?: 0;
}

/** `image measure`: how large the file of a new image will be, for an image's contents or a size alone. */
export async function measureImage({ values, words: [file] }: Arguments): Promise<string> {
  const hasJson = isJson(values.output);
  const format = measurable(formatNamed(values['output-format']) ?? 'raw');
  const options = imageOptions(values.option);
  if (file !== undefined && values.size !== undefined)
    throw new ConfigurationError('--size N cannot be used together with a filename.');
  if (file === undefined && values.size === undefined)
    throw new ConfigurationError('Either --size N or one filename must be specified.');
  const said = hasJson ? jsonOf : textOf;
  if (file === undefined) return said(measureSize(parseSize(values.size!), format, options));
  const internalSnapshot = snapshotChoice(values['source-snapshot']);
  const reading = { format: formatNamed(values.format), access: 'read', internalSnapshot } as const;
  const disk = await openDisk(readingHost(values), file, reading);
  try {
    return said(await measureDisk(disk, format, options));
  } finally {
    await disk.close();
  }
}

/** @throws ConfigurationError for a format whose sizes are not known beforehand, as with qemu-img */
function measurable(format: ImageFormat): 'raw' | 'qcow2' {
  if (format === 'raw' || format === 'qcow2') return format;
  throw new ConfigurationError(`the size of a ${format} image cannot be told beforehand; give -O raw or -O qcow2`);
}

function measureSize(bytes: number, format: 'raw' | 'qcow2', options: ImageOptions): Measure {
  const size = Math.ceil(bytes / SECTOR) * SECTOR;
  if (format === 'raw') return { required: size, fullyAllocated: size };
  const fullyAllocated = fullyAllocatedBytes(size, options);
  // Metadata always counts.
  if (options.preallocation === 'falloc' || options.preallocation === 'full')
    return { required: fullyAllocated, fullyAllocated };
  return { required: fullyAllocated - Math.ceil(size / options.clusterSize) * options.clusterSize, fullyAllocated };
}

async function measureDisk(disk: Disk, format: 'raw' | 'qcow2', options: ImageOptions): Promise<Measure> {
  const empty = measureSize(disk.size, format, options);
  if (format === 'raw') return empty;
  // How much of what is below could stay in a backing file nobody knows: all counts, as in QEMU.
  const isWhole = empty.required === empty.fullyAllocated;
  const data =
    options.backingFile === undefined && !isWhole
      ? await dataBytes(extentsOf(disk), options.clusterSize)
      : empty.fullyAllocated - empty.required;
  const canHaveBitmaps = options.version === 3 && disk instanceof Qcow2Disk && disk.metadata.file.header.version === 3;
  return { ...empty, required: empty.required + data, ...(canHaveBitmaps && { bitmaps: 0 }) };
}

function textOf({ required, fullyAllocated, bitmaps }: Measure): string {
  const lines = [`required size: ${required}`, `fully allocated size: ${fullyAllocated}`];
  return `${[...lines, ...(bitmaps === undefined ? [] : [`bitmaps size: ${bitmaps}`])].join('\n')}\n`;
}

function jsonOf({ required, fullyAllocated, bitmaps }: Measure): string {
  return `${JSON.stringify({ bitmaps, required, 'fully-allocated': fullyAllocated }, null, 4)}\n`;
}
