import { ConfigurationError } from '../../index.ts';
import { nodeStorage, openFile } from '../../node/storage.ts';
import { type ImageFormat, openDisk } from '../../storage/open.ts';
import { Qcow2Disk } from '../../storage/qcow2/disk.ts';
import { resizeQcow2 } from '../../storage/qcow2/resize.ts';
import { type Arguments, formatNamed } from './arguments.ts';
import { parseSize } from './size.ts';

/** `image resize`: returns what it says. */
export async function resizeImage({ values, words: [file, text] }: Arguments): Promise<string> {
  await resizeFile(file, formatNamed(values.format), (old) => {
    const size = newSize(old, text);
    if (size >= old || values.shrink) return size;
    throw new ConfigurationError(`${file}: this would cut off what is beyond ${size} bytes; --shrink allows that`);
  });
  return 'Image resized.\n';
}

/** Gives the disk in an image another size, which is told its old one, in bytes. */
export async function resizeFile(
  file: string,
  format: ImageFormat | undefined,
  sizeFrom: (old: number) => number,
): Promise<void> {
  const disk = await openDisk(nodeStorage, file, { format });
  let size: number;
  try {
    size = sizeFrom(disk.size);
    if (size === disk.size) return;
    if (disk instanceof Qcow2Disk) await resizeQcow2(disk, size);
  } finally {
    await disk.close();
  }
  if (!(disk instanceof Qcow2Disk)) await resizeRaw(file, size);
}

async function resizeRaw(file: string, size: number): Promise<void> {
  const store = await openFile(file, 'write');
  try {
    await store.resize(size);
    await store.flush();
  } finally {
    await store.close();
  }
}

/** @param text a size, or with a sign how much more or less */
function newSize(old: number, text: string): number {
  const sign = /^[+-]/.exec(text)?.[0];
  if (sign === undefined) return parseSize(text);
  const size = old + (sign === '+' ? 1 : -1) * parseSize(text.slice(1));
  if (size >= 0) return size;
  throw new ConfigurationError(`the image has ${old} bytes: it cannot become smaller by ${text.slice(1)}`);
}
