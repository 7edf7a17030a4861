import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { formatNamed, formatNames, type ImageFormat } from '../../storage/formats.ts';
import { openDisk } from '../../storage/open.ts';
import type { NewQcow2 } from '../../storage/qcow2/create.ts';
import type { Disk } from '../../storage/store.ts';

/** The backing file of an image that is to be made, as the flags name it. */
export interface BackingNames {
  readonly file: string | undefined;
  readonly format: string | undefined;
}

/**
 * The names as an image has them.
 * @throws ConfigurationError if there is no format, or one without a file
 */
export function backingNames({ file, format }: BackingNames): { file: string; format: ImageFormat } | undefined {
  if (file === undefined) {
    if (format === undefined) return undefined;
    throw new ConfigurationError(`the format of a backing file is given (${format}), but no backing file`);
  }
  const known = formatNamed(format);
  if (!known) throw new ConfigurationError(`a backing file needs its format: -F FORMAT, one of ${formatNames}`);
  return { file, format: known };
}

/**
 * Opens the backing file of a new image. A name is relative to the image.
 * @throws ConfigurationError if it cannot be, or there is no format for it
 */
export async function openBacking(
  image: string,
  given: BackingNames,
): Promise<(NonNullable<NewQcow2['backing']> & { readonly disk: Disk }) | undefined> {
  const names = backingNames(given);
  if (!names) return undefined;
  const { file, format } = names;
  return { ...names, disk: await openDisk(nodeStorage, nodeStorage.resolve(image, file), { format, access: 'read' }) };
}

/**
 * The backing file of a new image that is only named: it need not be there.
 * @throws ConfigurationError if there is no format for it
 */
export function unopenedBacking(given: BackingNames): NewQcow2['backing'] {
  const names = backingNames(given);
  return names && { ...names, disk: undefined };
}
