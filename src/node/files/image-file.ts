import { open, stat } from 'node:fs/promises';
import type { ImageFile } from '../../machine/block-nodes.ts';
import { formatOfBytes, PROBE_BYTES } from '../../storage/probe.ts';
import { filePath } from '../../storage/protocols.ts';
import { capitalized, systemMessage } from '../process/system-message.ts';

/**
 * Describes the file of an image.
 * @throws Error with the system's reason, as QEMU writes it
 */
export async function imageFile(path: string): Promise<ImageFile> {
  try {
    return await describe(filePath(path));
  } catch (error) {
    throw new Error(capitalized(systemMessage(error)));
  }
}

async function describe(path: string): Promise<ImageFile> {
  const found = await stat(path);
  // To open a named pipe would wait for somebody who writes to it.
  if (!found.isFile() && !found.isBlockDevice())
    throw new Error(found.isDirectory() ? 'is a directory' : 'is neither a file nor a block device');
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(new Uint8Array(PROBE_BYTES), 0, PROBE_BYTES, 0);
  return { bytes: found.size, format: formatOfBytes(buffer.subarray(0, bytesRead)) };
}
