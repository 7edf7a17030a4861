import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The pieces of a file's contents, in order. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** The folder's permissions don't let anything be made in it. */
const FORBIDDEN = ['EACCES', 'EPERM'];

/**
 * Writes a file as a whole: what was there stays until all of the new one is on the disk, whatever happens meanwhile. What is no file,
 * such as a pipe, and a file in a folder where no other can be made, is written in its place.
 * @throws Error what the file system says, or `pieces` throws
 */
export async function writeWhole(path: string, pieces: Pieces): Promise<void> {
  // It cannot be opened; its real path is that of the folder that the process works in.
  if (path === '') return await writeFile(path, pieces);
  const target = await realpath(path).catch(() => path);
  const old = await stat(target).catch(() => null);
  if (old !== null && !old.isFile()) return await writeFile(path, pieces);
  const unfinished = join(dirname(target), `.rawiron-${randomUUID()}`);
  const file = await open(unfinished, 'wx', old?.mode).catch((error: NodeJS.ErrnoException) => {
    if (old !== null && FORBIDDEN.includes(error.code ?? '')) return null;
    throw error;
  });
  if (file === null) return await writeFile(path, pieces);
  try {
    try {
      await file.writeFile(pieces);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
