import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { Errno, FolderError } from '../../ninep/errno.ts';
import { Kind, type NewFile, PERMISSIONS } from '../../ninep/folder.ts';
import type { Directories } from './directories.ts';
import { type HostPlace, pathOf } from './directory-handle.ts';
import { isMetadataName, MetadataFiles } from './metadata.ts';
import type { ModelFor, NewNode, Ownership, OwnershipChange, SecurityModel } from './model.ts';
import { createRegular, openRegular, orRemoved, withPinned, writeAll } from './pinned.ts';

/** The host's files are for the user of the process alone, as in QEMU. */
const FILE_PERMISSIONS = 0o600;
const DIRECTORY_PERMISSIONS = 0o700;
/** Bytes of a link's target at most. */
const MOST_TARGET = 4096;

/**
 * The security model `mapped-file`: what a guest says of owners, permissions and kinds is kept in files beside (metadata.ts). At
 * the host there are only regular files and directories; a link's target is what its file has in it.
 */
class MappedModel implements SecurityModel {
  readonly hasKinds = false;
  readonly #directories: Directories;
  readonly #metadata: MetadataFiles;

  constructor(directories: Directories) {
    this.#directories = directories;
    this.#metadata = new MetadataFiles(directories);
  }

  hides(name: string): boolean {
    return isMetadataName(name);
  }

  async ownership(place: HostPlace, stats: BigIntStats): Promise<Ownership> {
    const { mode, user, group, device } = await this.#metadata.read(place);
    return {
      mode: mode ?? Number(stats.mode),
      user: user ?? Number(stats.uid),
      group: group ?? Number(stats.gid),
      device: device ?? stats.rdev,
    };
  }

  /** The kind stays as it is. */
  async change(place: HostPlace, stats: BigIntStats, { mode, ...owners }: OwnershipChange): Promise<void> {
    const kind = mode === undefined ? 0 : (await this.ownership(place, stats)).mode & Kind.mask;
    await this.#metadata.write(place, {
      ...owners,
      ...(mode !== undefined && { mode: kind | (mode & PERMISSIONS) }),
    });
  }

  permissions(_file: NewFile, isDirectory: boolean): number {
    return isDirectory ? DIRECTORY_PERMISSIONS : FILE_PERMISSIONS;
  }

  async made(place: HostPlace, { kind, mode, user, group, device }: NewNode): Promise<void> {
    const isNode = kind !== Kind.file && kind !== Kind.directory && kind !== Kind.symbolicLink;
    const metadata = { user, group, mode: kind | mode, ...(isNode && { device }) };
    await this.#metadata.write(place, metadata).catch(async (error: unknown) => {
      // A part of them would keep the directory from being removed.
      await this.#metadata.remove(place).catch(() => {});
      throw error;
    });
  }

  async makeSymbolicLink(place: HostPlace, target: string, file: NewFile): Promise<void> {
    await this.#makeFile(place, { ...file, mode: 0o777, kind: Kind.symbolicLink, device: 0n }, pathOf(target));
  }

  async readLink(place: HostPlace): Promise<string> {
    const path = await this.#directories.path(place);
    return await withPinned(path, async (pinned, stats) => {
      // A link of the host's own.
      if (stats.isSymbolicLink()) return await readlink(pathOf(path), 'latin1');
      const { mode } = await this.ownership(place, stats);
      if ((mode & Kind.mask) !== Kind.symbolicLink) throw new FolderError(Errno.invalid, 'it is no symbolic link');
      return await firstText(pinned, stats);
    });
  }

  async makeNode(place: HostPlace, node: NewNode): Promise<void> {
    if (node.kind === Kind.directory) throw new FolderError(Errno.notPermitted, 'a directory is made otherwise');
    await this.#makeFile(place, node, pathOf(''));
  }

  async #makeFile(place: HostPlace, node: NewNode, bytes: Uint8Array): Promise<void> {
    const path = await this.#directories.path(place);
    const file = await createRegular(path, constants.O_WRONLY, this.permissions(node, false));
    await orRemoved(path, async () => {
      try {
        await writeAll(file, bytes);
      } finally {
        await file.close();
      }
      await this.made(place, node);
    });
  }

  emptied(place: HostPlace): Promise<void> {
    return this.#metadata.removeFolder(place);
  }

  removed(place: HostPlace): Promise<void> {
    return this.#metadata.remove(place);
  }

  renamed(from: HostPlace, to: HostPlace): Promise<void> {
    return this.#metadata.rename(from, to);
  }

  linked(from: HostPlace, to: HostPlace): Promise<void> {
    return this.#metadata.link(from, to);
  }
}

/** The text of a small file. */
async function firstText(path: string, stats: BigIntStats): Promise<string> {
  const file = await openRegular(path, stats, constants.O_RDONLY);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MOST_TARGET), 0, MOST_TARGET, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The model with metadata in files. */
export const mappedFileModel: ModelFor = (directories) => new MappedModel(directories);
