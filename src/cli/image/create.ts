import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { openDisk } from '../../storage/open.ts';
import type { NewQcow2 } from '../../storage/qcow2/create.ts';
import { type Arguments, formatNamed, imageOptions } from './arguments.ts';
import { makeImage } from './new-image.ts';
import { parseSize } from './size.ts';

/** `image create`: returns what it says. */
export async function createImage({ values, words }: Arguments): Promise<string> {
  const [file, size] = words;
  const format = formatNamed(values.format) ?? 'raw';
  if (format === 'raw' && values.option) throw new ConfigurationError('a raw image takes no -o');
  const options = imageOptions(values.option);
  const backing = await openBacking(file, values.backing, values['backing-format']);
  try {
    const bytes = size === undefined ? backing?.disk.size : parseSize(size);
    if (bytes === undefined) throw new ConfigurationError('an image without a backing file needs a size');
    await (await makeImage(file, format, { ...options, size: bytes, ...(backing && { backing }) })).close();
    const details =
      format === 'raw' ? '' : ` cluster_size=${options.clusterSize} refcount_bits=${options.refcountBits}`;
    return `Formatting '${file}', fmt=${format}${details} size=${bytes}\n`;
  } finally {
    // A qcow2 disk has closed it; to close twice is no harm.
    if (format === 'raw') await backing?.disk.close();
  }
}

async function openBacking(
  file: string,
  backing: string | undefined,
  format: string | undefined,
): Promise<NewQcow2['backing']> {
  if (backing === undefined) return undefined;
  const known = formatNamed(format);
  if (!known) throw new ConfigurationError('a backing file needs its format: -F raw or -F qcow2');
  const disk = await openDisk(nodeStorage, nodeStorage.resolve(file, backing), { format: known, access: 'read' });
  return { file: backing, format: known, disk };
}
