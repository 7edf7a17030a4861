import { readFile } from 'node:fs/promises';
import { FleetError } from '../error.ts';
import { type Image, listImages, putImage, removeImage } from '../images.ts';
import { type Flags, parsed, placeFlags, placeOf } from './settings.ts';

const { store } = placeFlags;
export const imageFlags: Flags = { store: store! };

/** `image add NAME FILE`, `image list`, `image rm NAME`. */
export async function imageCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, imageFlags);
  const { store } = placeOf(words);
  const [action, name, file, ...more] = words.rest;
  if (action === 'add' && name !== undefined && file !== undefined && more.length === 0) {
    const bytes = await readFile(file).catch((error: Error) => {
      throw new FleetError(`${file} cannot be read: ${error.message}`);
    });
    const image = await putImage(store, name, bytes);
    process.stdout.write(`${rowOf(image)}\n`);
    return 0;
  }
  if (action === 'list' && name === undefined) {
    for (const image of await listImages(store)) process.stdout.write(`${rowOf(image)}\n`);
    return 0;
  }
  if (action === 'rm' && name !== undefined && file === undefined) {
    await removeImage(store, name);
    return 0;
  }
  throw new FleetError('image: give add NAME FILE, list, or rm NAME');
}

const rowOf = ({ name, manifest, memory }: Image): string =>
  `${name}  ${manifest.slice(0, 12)}  ${memory / 2 ** 20} MB of memory`;
