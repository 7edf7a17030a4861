import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { Errno, errnoOf, FolderError } from '../../ninep/errno.ts';
import type { Directories } from './directories.ts';
import { type HostPlace, handlePath, pathOf, pinDirectory } from './directory-handle.ts';
import type { OwnershipChange } from './model.ts';
import { writeAll } from './pinned.ts';

/** Where QEMU keeps the metadata of `security_model=mapped-file` (hw/9pfs/9p-local.c): a file for each name, in each directory. */
const FOLDER = '.virtfs_metadata';
/** The metadata file of the shared folder itself. */
const ROOT_FILE = `${FOLDER}_root`;

/** The contents of one of these files; a field that is missing is as the host has it. */
export interface Metadata extends OwnershipChange {
  readonly device?: bigint;
}

const MOST_BYTES = 4096;
const fields = { user: 'uid', group: 'gid', mode: 'mode', device: 'rdev' } as const;

/** A line for each field: `virtfs.uid=0`. */
export function parseMetadata(text: string): Metadata {
  const values = new Map([...text.matchAll(/^virtfs\.(\w+)=(\d+)$/gm)].map(([, name, value]) => [name, value!]));
  const found = Object.entries(fields).flatMap(([key, name]) => {
    const value = values.get(name);
    if (value === undefined) return [];
    return [[key, key === 'device' ? BigInt(value) : Number(value) >>> 0] as const];
  });
  return Object.fromEntries(found);
}

export function metadataText(metadata: Metadata): string {
  const given = Object.entries(fields) as [keyof typeof fields, string][];
  return given
    .flatMap(([key, name]) => (metadata[key] === undefined ? [] : [`virtfs.${name}=${metadata[key]}\n`]))
    .join('');
}

/** Whether a name is of these files. */
export function isMetadataName(name: string): boolean {
  return name === FOLDER || name === ROOT_FILE;
}

/** Whether an error says that there is nothing with this name. */
function isMissing(error: unknown): boolean {
  return errnoOf(error) === Errno.noEntry;
}

/** Takes it that there is nothing. */
function nothing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

/** The metadata of the files of a shared folder. No link is followed on the way to them, as on the way to the files. */
export class MetadataFiles {
  readonly #directories: Directories;

  constructor(directories: Directories) {
    this.#directories = directories;
  }

  async read(place: HostPlace): Promise<Metadata> {
    const path = await this.#path(place, false);
    const file = path === null ? null : await openMetadata(path, constants.O_RDONLY).catch(nothing);
    if (file === null) return {};
    try {
      return parseMetadata(await textOf(file));
    } finally {
      await file.close();
    }
  }

  /**
   * Changes what a file says. It stays the same file, as the names of a file share it. On a full disk it says what it said: bytes
   * take the place of others before what is left is cut off.
   */
  async write(place: HostPlace, change: Metadata): Promise<void> {
    const path = (await this.#path(place, true))!;
    const file = await openMetadata(path, constants.O_RDWR | constants.O_CREAT);
    try {
      const bytes = pathOf(metadataText({ ...parseMetadata(await textOf(file)), ...change }));
      await writeAll(file, bytes);
      await file.truncate(bytes.length);
    } finally {
      await file.close();
    }
  }

  async remove(place: HostPlace): Promise<void> {
    const path = await this.#path(place, false);
    if (path !== null) await unlink(pathOf(path)).catch(nothing);
  }

  async rename(from: HostPlace, to: HostPlace): Promise<void> {
    const path = await this.#path(from, false);
    const isThere = path !== null && (await this.#move(path, to));
    if (!isThere) await this.remove(to);
  }

  /** Whether there was something to be moved. */
  async #move(path: string, to: HostPlace): Promise<boolean> {
    const target = (await this.#path(to, true))!;
    const moved = await rename(pathOf(path), pathOf(target)).catch(nothing);
    return moved !== null;
  }

  /** A file has another name: what it says holds for both. */
  async link(from: HostPlace, to: HostPlace): Promise<void> {
    await this.remove(to);
    const path = await this.#path(from, false);
    if (path !== null) await link(pathOf(path), pathOf((await this.#path(to, true))!)).catch(nothing);
  }

  /** A directory is to be removed: its folder for metadata must not be in the way. */
  async removeFolder(directory: HostPlace): Promise<void> {
    const handle = await this.#directories.handle(directory);
    await rmdir(pathOf(handle.path(FOLDER))).catch(nothing);
    await handle.metadata?.close();
    handle.metadata = null;
  }

  /** Where the metadata of a place are; null: there is no folder for them, and none is to be made. */
  async #path(place: HostPlace, isNeeded: boolean): Promise<string | null> {
    if (place === this.#directories.places.root) return place.handle!.path(ROOT_FILE);
    if (place.parent === null) throw new FolderError(Errno.noEntry, 'the file was removed');
    const folder = await this.#folder(place.parent, isNeeded);
    return folder === null ? null : `${handlePath(folder)}/${place.name}`;
  }

  async #folder(directory: HostPlace, isNeeded: boolean): Promise<FileHandle | null> {
    const handle = await this.#directories.handle(directory);
    if (handle.metadata !== null) return handle.metadata;
    const path = handle.path(FOLDER);
    if (isNeeded) await mkdir(pathOf(path), 0o700).catch(existing);
    handle.metadata = await pinDirectory(path).catch(nothing);
    if (handle.metadata === null && isNeeded) throw new FolderError(Errno.noEntry, 'the directory was removed');
    return handle.metadata;
  }
}

/** Takes it that it is there. */
function existing(error: unknown): void {
  if (errnoOf(error) !== Errno.exists) throw error;
}

/** A pipe in its place would wait for ever, and a link lead elsewhere. */
async function openMetadata(path: string, flags: number): Promise<FileHandle> {
  const file = await open(pathOf(path), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new FolderError(Errno.io, 'metadata are not in a regular file');
}

async function textOf(file: FileHandle): Promise<string> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
  return buffer.toString('latin1', 0, bytesRead);
}
