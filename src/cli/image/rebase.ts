import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { formatNamed } from '../../storage/formats.ts';
import { formatOf, openDisk } from '../../storage/open.ts';
import { Qcow2Disk } from '../../storage/qcow2/disk.ts';
import { keepContents, setBacking } from '../../storage/qcow2/rebase.ts';
import type { Arguments } from './arguments.ts';
import { backingNames, openBacking } from './backing.ts';
import { progressLine } from './progress.ts';

/** `image rebase`: puts an image on another backing file, or on none. It reads as before, unless `-u` leaves that to the user. */
export async function rebaseImage({ values, words: [file] }: Arguments): Promise<string> {
  const { backing: name, unsafe = false } = values;
  if (name === undefined && !unsafe)
    throw new ConfigurationError('Must specify backing file (-b) or use unsafe mode (-u)');
  const names = { file: name || undefined, format: name ? values['backing-format'] : undefined };
  const image = await (unsafe ? openAlone(file, values.format) : openWhole(file, values.format));
  try {
    if (!unsafe) await keep(image, names, values);
    await setBacking(image, backingNames(names));
  } finally {
    await image.close();
  }
  return '';
}

async function keep(
  image: Qcow2Disk,
  names: { file: string | undefined; format: string | undefined },
  values: Arguments['values'],
): Promise<void> {
  const next = await openBacking(image.name, names);
  const progress = values.progress && !values.quiet ? progressLine(image.size) : undefined;
  try {
    await keepContents(image, next?.disk, (done) => progress?.show(done));
    progress?.end();
  } finally {
    await next?.disk.close();
  }
}

/** Opens an image without its backing file, which need not exist. */
async function openAlone(file: string, format: string | undefined): Promise<Qcow2Disk> {
  const store = await nodeStorage.open(file, 'write');
  try {
    const found = await formatOf(store, formatNamed(format));
    if (found !== 'qcow2') throw noBacking(file, found);
    return await Qcow2Disk.open(store, undefined, nodeStorage.decompressor);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openWhole(file: string, format: string | undefined): Promise<Qcow2Disk> {
  const disk = await openDisk(nodeStorage, file, { format: formatNamed(format) });
  if (disk instanceof Qcow2Disk) return disk;
  await disk.close();
  throw noBacking(file, disk.format);
}

const noBacking = (file: string, format: string) =>
  new ConfigurationError(`${file}: a ${format} image has no backing file that could be changed`);
