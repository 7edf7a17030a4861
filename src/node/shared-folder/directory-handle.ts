import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FolderPlace } from '../../ninep/places.ts';

/** Linux's flag for a handle that stands for a file, and neither reads nor writes it (open(2)); Node has no name for it. */
const O_PATH = 0o10000000;

/** Bytes of a path whose characters are bytes. */
export function pathOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The path by which the system goes to the file of a handle, wherever that is now. */
export function handlePath({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}

/** Opens the file with this path as such: it is not read, and not followed if it is a symbolic link. */
export function pin(path: string): Promise<FileHandle> {
  return open(pathOf(path), O_PATH | constants.O_NOFOLLOW);
}

/** Opens a directory by O_PATH, which holds it without permission to read it; throws if it is none. */
export function pinDirectory(path: string): Promise<FileHandle> {
  return open(pathOf(path), O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY);
}

/** A directory that is open, so that names in it are found whatever happens to the way there. */
export class DirectoryHandle {
  readonly handle: FileHandle;
  /** Device and inode, which identify the directory. */
  readonly device: bigint;
  readonly inode: bigint;
  /** The folder with the metadata of its files, once it was found (metadata.ts). */
  metadata: FileHandle | null = null;

  private constructor(handle: FileHandle, device: bigint, inode: bigint) {
    this.handle = handle;
    this.device = device;
    this.inode = inode;
  }

  static async open(path: string): Promise<DirectoryHandle> {
    const handle = await pinDirectory(path);
    const { dev, ino } = await handle.stat({ bigint: true });
    return new DirectoryHandle(handle, dev, ino);
  }

  /** The path of a name in it. Nothing but its last part is looked up by name. */
  path(name: string): string {
    return `${handlePath(this.handle)}/${name}`;
  }

  async close(): Promise<void> {
    await this.metadata?.close();
    await this.handle.close();
  }
}

/** A place in a folder of the host. */
export type HostPlace = FolderPlace<DirectoryHandle>;
