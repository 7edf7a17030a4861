import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { formatNamed, type ImageFormat } from '../../storage/formats.ts';
import { openDisk } from '../../storage/open.ts';
import { joined } from '../../storage/parts.ts';
import type { Disk } from '../../storage/store.ts';
import type { Arguments, Values } from './arguments.ts';
import { openBacking } from './backing.ts';
import { type Compressor, type CopyOptions, copyDisk } from './copy.ts';
import { readingHost } from './host.ts';
import { makeImage } from './new-image.ts';
import { checkPreallocation, type ImageOptions, imageOptions } from './options.ts';
import { progressLine } from './progress.ts';
import { parseSize } from './size.ts';
import { snapshotChoice } from './snapshot-choice.ts';

/** Sizes for `-S` in bytes: the unit, the largest, the default. */
const [SECTOR, MOST_SPARSE, SPARSE] = [512, 16 << 20, 4096];
/** How many chunks `-m` has read at the same time at most, and how many without it. */
const [MOST_COROUTINES, COROUTINES] = [16, 8];

/** `image convert`: copies what a disk holds, with all that it stands on, into a new image. */
export async function convertImage({ values, words }: Arguments): Promise<string> {
  const [sources, to] = [words.slice(0, -1), words.at(-1)!];
  const format = formatNamed(values['output-format']) ?? 'raw';
  if (values['no-create'] && values.option)
    throw new ConfigurationError('-o has no effect when skipping image creation');
  if (format !== 'qcow2' && values.compress)
    throw new ConfigurationError(`a ${format} image cannot be compressed (-c)`);
  const options = imageOptions(values.option, format);
  const copy = {
    grain: sparseSize(values.sparse),
    width: coroutines(values.coroutines),
    ...(values.compress && { compress: compressorOf(options) }),
  };
  const names = { file: values.base ?? options.backingFile, format: values['backing-format'] ?? options.backingFormat };
  checkPreallocation(options, names.file !== undefined, values.compress);
  if (sources.length > 1) checkJoined(values, names.file);
  const source = await openSources(sources, values);
  try {
    const { size } = source;
    const progress = values.progress && !values.quiet ? progressLine(size) : undefined;
    const fill = (target: Disk, before: CopyOptions['before']) =>
      copyDisk(source, target, { ...copy, before, progress: (done) => progress?.show(done) });
    if (values['no-create']) await overwrite(to, format, size, fill);
    else {
      const backing = await openBacking(to, names);
      const image = { ...options, size, ...(backing && { backing }) };
      await makeImage(to, format, image, (target) => fill(target, backing ? 'backing' : 'zeros'));
    }
    progress?.end();
  } finally {
    await source.close();
  }
  return '';
}

/** @throws ConfigurationError for what is not possible where several images become one, as with qemu-img */
function checkJoined(values: Values, backing: string | undefined): void {
  if (values['source-snapshot'] !== undefined)
    throw new ConfigurationError('No support for concatenating multiple snapshot: give -l with one FILE');
  if (backing !== undefined)
    throw new ConfigurationError(
      'Having a backing file for the target makes no sense when concatenating multiple input images',
    );
}

/** The contents of several images, one after the other, as one disk. */
async function openSources(names: readonly string[], values: Values): Promise<Disk> {
  const internalSnapshot = snapshotChoice(values['source-snapshot']);
  const reading = { format: formatNamed(values.format), access: 'read', internalSnapshot } as const;
  const disks: Disk[] = [];
  try {
    for (const name of names) disks.push(await openDisk(readingHost(values), name, reading));
  } catch (error) {
    for (const disk of disks) await disk.close();
    throw error;
  }
  return joined(disks);
}

/**
 * Replaces what an image has that is there already (`-n`).
 * @throws ConfigurationError if it has no room for so many bytes
 */
async function overwrite(
  file: string,
  format: ImageFormat,
  size: number,
  fill: (target: Disk, before: 'anything') => Promise<void>,
): Promise<void> {
  const target = await openDisk(nodeStorage, file, { format });
  try {
    if (target.size < size) throw new ConfigurationError(`${file}: output file is smaller than input file`);
    await fill(target, 'anything');
  } finally {
    await target.close();
  }
}

function sparseSize(text: string | undefined): number {
  const bytes = text === undefined ? SPARSE : parseSize(text);
  if (bytes % SECTOR === 0 && bytes <= MOST_SPARSE) return bytes;
  throw new ConfigurationError(
    `image: -S ${text} is not possible; it is a multiple of ${SECTOR} up to ${MOST_SPARSE}, or 0 for no holes`,
  );
}

function coroutines(text: string | undefined): number {
  const count = Number(text ?? COROUTINES);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_COROUTINES) return count;
  throw new ConfigurationError(`image: -m ${text} is not possible; it is a number from 1 to ${MOST_COROUTINES}`);
}

/** @throws ConfigurationError if this Node cannot do it */
function compressorOf({ compression }: ImageOptions): Compressor {
  // QEMU unpacks with a window of 4 KB: docs/interop/qcow2.txt, "Compressed Clusters Descriptor".
  if (compression === 'deflate') return (bytes) => promisify(zlib.deflateRaw)(bytes, { windowBits: 12 });
  if (typeof zlib.zstdCompress === 'function') return (bytes) => promisify(zlib.zstdCompress)(bytes);
  throw new ConfigurationError('compression_type=zstd needs Node 22.15 or later');
}
