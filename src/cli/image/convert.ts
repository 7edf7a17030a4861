import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { openDisk } from '../../storage/open.ts';
import type { Disk } from '../../storage/store.ts';
import { type Arguments, formatNamed, imageOptions } from './arguments.ts';
import { makeImage } from './new-image.ts';

/** Bytes that are copied at once, and bytes that are left out together if they are all zero. */
const CHUNK = 1 << 20;
const GRAIN = 1 << 16;

/** `image convert`: copies what a disk holds, with all that it stands on, into a new image. */
export async function convertImage({ values, words: [from, to] }: Arguments): Promise<string> {
  const format = formatNamed(values['output-format']) ?? 'raw';
  if (format === 'raw' && values.option) throw new ConfigurationError('a raw image takes no -o');
  const options = imageOptions(values.option);
  const source = await openDisk(nodeStorage, from, { format: formatNamed(values.format), access: 'read' });
  try {
    const target = await makeImage(to, format, { ...options, size: source.size });
    try {
      await copy(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  return '';
}

async function copy(source: Disk, target: Disk): Promise<void> {
  for (let offset = 0; offset < source.size; ) {
    const zeros = await source.zeroRun(offset);
    if (zeros === 0) await copyChunk(source, target, offset);
    offset += zeros || Math.min(CHUNK, source.size - offset);
  }
}

async function copyChunk(source: Disk, target: Disk, offset: number): Promise<void> {
  const bytes = new Uint8Array(Math.min(CHUNK, source.size - offset));
  await source.read(offset, bytes);
  for (let at = 0; at < bytes.length; at += GRAIN) {
    const part = bytes.subarray(at, at + GRAIN);
    if (part.some((byte) => byte !== 0)) await target.write(offset + at, part);
  }
}
