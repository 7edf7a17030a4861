import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { BootFile, BootFiles } from '../../network/host.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';

/**
 * A guest would only hear that its file is not there.
 * @throws ConfigurationError if it is no folder
 */
export async function checkBootFolder(path: string): Promise<void> {
  const status = await stat(path).catch((error: unknown) => {
    throw new ConfigurationError(`cannot share the folder ${path}: ${systemMessage(error)}`);
  });
  if (!status.isDirectory()) throw new ConfigurationError(`cannot share the folder ${path}: not a directory`);
}

/** Files of a folder, none of which is read unless it really is in there. */
export class FolderFiles implements BootFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(name: string): Promise<BootFile | undefined> {
    // Guests of other systems write backslashes, and some begin at the top.
    const parts = name.split(/[/\\]+/).filter((part) => part !== '' && part !== '.');
    if (parts.length === 0 || parts.includes('..') || name.includes('\0')) return undefined;
    const folder = await realpath(this.#folder);
    const path = await realpath(join(folder, ...parts)).catch(() => undefined);
    if (path === undefined || !isInside(folder, path)) return undefined;
    // A link in the place of the file is not followed, and a pipe is not waited for.
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const status = await file.stat({ bigint: true });
    if (!status.isFile() || !(await isStillInside(folder, path, file, status))) {
      await file.close();
      return undefined;
    }
    return {
      size: Number(status.size),
      read: async (offset, length) => {
        const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      },
      close: () => file.close(),
    };
  }
}

/**
 * Whether what was opened is in the folder: on the way to it somebody may have put a link in the place of a directory meanwhile. Linux
 * tells where the file is; elsewhere it must be what is at the path still.
 */
async function isStillInside(folder: string, path: string, file: FileHandle, status: BigIntStats): Promise<boolean> {
  const where = await readlink(`/proc/self/fd/${file.fd}`).catch(() => undefined);
  if (where !== undefined) return isInside(folder, where);
  const again = await realpath(path).catch(() => undefined);
  if (again !== path) return false;
  const { dev, ino } = await lstat(path, { bigint: true });
  return dev === status.dev && ino === status.ino;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
