import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { Errno, FolderError } from '../../ninep/errno.ts';
import { handlePath, pathOf, pin } from './directory-handle.ts';

/**
 * Does something with the file at a path, not with what another program may put there meanwhile. `file` stands for it; by
 * `path` the system comes to it, so what is opened by that is this very file.
 */
export async function withPinned<Result>(
  path: string,
  act: (path: string, stats: BigIntStats) => Promise<Result>,
): Promise<Result> {
  const file = await pin(path);
  try {
    return await act(handlePath(file), await file.stat({ bigint: true }));
  } finally {
    await file.close();
  }
}

/** Opens a pinned file that has data. To open a device or a pipe of the host might do something, or wait for ever. */
export async function openRegular(path: string, stats: BigIntStats, flags: number): Promise<FileHandle> {
  if (stats.isSymbolicLink()) throw new FolderError(Errno.tooManyLinks, 'it is a symbolic link');
  if (!stats.isFile()) throw new FolderError(Errno.notPermitted, 'it is a special file of the host');
  return await open(path, flags);
}

/** Makes a file that was not there. */
export function createRegular(path: string, access: number, permissions: number): Promise<FileHandle> {
  const flags = access | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  return open(pathOf(path), flags, permissions);
}

/** Does what belongs to a file that was just made. Where that fails, as on a full disk, the file is not to stay. */
export async function orRemoved(path: string, act: () => Promise<void>): Promise<void> {
  await act().catch(async (error: unknown) => {
    await unlink(pathOf(path));
    throw error;
  });
}

/** Writes from the start of a file on. A full disk may take a part. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
}
