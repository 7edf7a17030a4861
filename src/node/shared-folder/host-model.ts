import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { chmod, lchown, readlink, symlink } from 'node:fs/promises';
import { Errno, FolderError } from '../../ninep/errno.ts';
import { Kind, type NewFile, PERMISSIONS } from '../../ninep/folder.ts';
import type { Directories } from './directories.ts';
import { type HostPlace, pathOf } from './directory-handle.ts';
import type { ModelFor, NewNode, Ownership, OwnershipChange, SecurityModel } from './model.ts';
import { createRegular, orRemoved, withPinned } from './pinned.ts';

/**
 * The security models `none` and `passthrough`: owners, permissions and links of the guest's are those of the host's files. New
 * files belong to the guest's user if the process may do that; where it may not, `passthrough` fails.
 */
class HostModel implements SecurityModel {
  readonly hasKinds = true;
  readonly #directories: Directories;
  readonly #mustOwn: boolean;

  constructor(directories: Directories, mustOwn: boolean) {
    this.#directories = directories;
    this.#mustOwn = mustOwn;
  }

  hides(): boolean {
    return false;
  }

  async ownership(_place: HostPlace, { mode, uid, gid, rdev }: BigIntStats): Promise<Ownership> {
    return { mode: Number(mode), user: Number(uid), group: Number(gid), device: rdev };
  }

  async change(place: HostPlace, _stats: BigIntStats, { mode, user, group }: OwnershipChange): Promise<void> {
    const path = await this.#directories.path(place);
    // Another owner takes some permissions away.
    if (user !== undefined || group !== undefined) await lchown(pathOf(path), asOwner(user), asOwner(group));
    if (mode !== undefined) await withPinned(path, (pinned) => chmod(pinned, mode & PERMISSIONS));
  }

  permissions({ mode }: NewFile): number {
    return mode;
  }

  async made(place: HostPlace, { kind, mode, user, group }: NewNode): Promise<void> {
    const path = await this.#directories.path(place);
    await lchown(pathOf(path), asOwner(user), asOwner(group)).catch((error: unknown) => {
      if (this.#mustOwn) throw error;
    });
    if (kind !== Kind.symbolicLink) await withPinned(path, (pinned) => chmod(pinned, mode));
  }

  async makeSymbolicLink(place: HostPlace, target: string, file: NewFile): Promise<void> {
    const path = await this.#directories.path(place);
    await symlink(pathOf(target), pathOf(path));
    await orRemoved(path, () => this.made(place, { ...file, kind: Kind.symbolicLink, device: 0n }));
  }

  async readLink(place: HostPlace): Promise<string> {
    return await readlink(pathOf(await this.#directories.path(place)), 'latin1');
  }

  /** Node cannot make pipes, sockets and devices. */
  async makeNode(place: HostPlace, node: NewNode): Promise<void> {
    if (node.kind !== Kind.file) throw new FolderError(Errno.notPermitted, 'special files cannot be made');
    const path = await this.#directories.path(place);
    const file = await createRegular(path, constants.O_RDONLY, node.mode);
    await file.close();
    await orRemoved(path, () => this.made(place, node));
  }

  async emptied(): Promise<void> {}

  async removed(): Promise<void> {}

  async renamed(): Promise<void> {}

  async linked(): Promise<void> {}
}

/** The owner's number for chown; -1 keeps the present owner, for the system as for Node. */
function asOwner(id: number | undefined): number {
  return id === undefined || id === 0xffffffff ? -1 : id;
}

/** A model where the process has to own all rights that it takes: `passthrough`; or not: `none`. */
export function hostModel(mustOwn: boolean): ModelFor {
  return (directories) => new HostModel(directories, mustOwn);
}
