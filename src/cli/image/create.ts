import { SECTOR_BYTES } from '../../../runtime/host/block.ts';
import { ConfigurationError } from '../../index.ts';
import { formatNamed } from '../../storage/formats.ts';
import type { Arguments } from './arguments.ts';
import { openBacking, unopenedBacking } from './backing.ts';
import { makeImage } from './new-image.ts';
import { checkPreallocation, imageOptions } from './options.ts';
import { parseSize } from './size.ts';

/** `image create`: returns what it says. */
export async function createImage({ values, words }: Arguments): Promise<string> {
  const [file, size] = words;
  const format = formatNamed(values.format) ?? 'raw';
  const options = imageOptions(values.option, format);
  const names = {
    file: values.backing ?? options.backingFile,
    format: values['backing-format'] ?? options.backingFormat,
  };
  checkPreallocation(options, names.file !== undefined);
  const backing = values.unsafe ? unopenedBacking(names) : await openBacking(file, names);
  try {
    const bytes = size === undefined ? (options.size ?? backing?.disk?.size) : parseSize(size);
    if (bytes === undefined)
      throw new ConfigurationError(
        `an image ${backing ? 'whose backing file is not opened (-u)' : 'without a backing file'} needs a size`,
      );
    // As qemu-img, a last sector is whole.
    const whole = Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;
    await makeImage(file, format, { ...options, size: whole, ...(backing && { backing }) });
    const details =
      format === 'qcow2' ? ` cluster_size=${options.clusterSize} refcount_bits=${options.refcountBits}` : '';
    return `Formatting '${file}', fmt=${format}${details} size=${bytes}\n`;
  } finally {
    // A qcow2 disk has closed it; to close twice is no harm.
    if (format !== 'qcow2') await backing?.disk?.close();
  }
}
