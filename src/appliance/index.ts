import type { ImageFormat } from '../storage/formats.ts';
import { formatOf, openDisk, type StorageHost } from '../storage/open.ts';
import { StorageError } from '../storage/store.ts';
import { ConfigurationError } from '../util/errors.ts';
import { printable } from '../util/printable.ts';
import { readDescriptor } from './descriptor.ts';
import type { ApplianceImage } from './drives.ts';
import { type ApplianceOptions, optionsOf } from './machine.ts';

/** A machine that somebody has packed with its disks, as VMware's and VirtualBox' programs export it. */
export interface Appliance {
  /** Its name, as the descriptor has it. */
  readonly name: string;
  /**
   * Options for `Machine.create`: memory, processors, drives, network cards and sound cards. What the guest writes to its disks is discarded at the end.
   * The cards are connected to nothing.
   */
  readonly options: ApplianceOptions;
  /** Ways in which the machine differs from what the appliance says, in sentences. */
  readonly notes: readonly string[];
}

/** The files of an appliance at the host. */
export interface ApplianceFiles {
  /** For messages. */
  readonly name: string;
  /** The text of the descriptor. */
  readonly descriptor: string;
  /** The name by which the host opens a file that the descriptor names; undefined: there is none. */
  find(file: string): string | undefined;
}

/**
 * Reads an appliance: its descriptor (.ovf), and the heads of the images that it names.
 * @throws ConfigurationError if it cannot be read, or describes what there is not
 */
export async function readAppliance(files: ApplianceFiles, host: StorageHost): Promise<Appliance> {
  const description = readDescriptor(files.descriptor, files.name);
  const images = new Map<string, ApplianceImage>();
  for (const { file } of description.drives) {
    if (file === undefined || images.has(file)) continue;
    const image = files.find(file) ?? files.find(decoded(file));
    if (image === undefined) throw new ConfigurationError(printable(`${files.name}: the image ${file} is missing`));
    images.set(file, { image, format: await formatAlone(image, host) });
  }
  const notes: string[] = [];
  const options = optionsOf(description, images, (text) => void notes.push(text));
  return { name: description.name, options, notes };
}

/** The name that an address stands for, such as "my disk" for "my%20disk"; other texts are as they are. */
function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/**
 * The format of an image in an appliance, which may come from anywhere: it must not name other files, as those would be the host's.
 * @throws StorageError if it does, or is no image of a disk
 */
async function formatAlone(image: string, host: StorageHost): Promise<ImageFormat> {
  const store = await host.open(image, 'read');
  const format = await formatOf(store).finally(() => store.close());
  const resolve = () => {
    throw new StorageError({ name: image }, 'it names another file, which the image of an appliance must not');
  };
  const disk = await openDisk({ ...host, resolve }, image, { format, access: 'read' });
  await disk.close();
  return format;
}
