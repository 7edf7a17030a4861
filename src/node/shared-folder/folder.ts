import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { link, lstat, lutimes, mkdir, open, rename, rmdir, statfs, truncate, unlink } from 'node:fs/promises';
import { Errno, errnoOf, FolderError } from '../../ninep/errno.ts';
import type {
  Attributes,
  Changes,
  FolderStatistics,
  GivenTime,
  NewFile,
  OpenDirectory,
  OpenFile,
  SharedFolder,
} from '../../ninep/folder.ts';
import { Kind } from '../../ninep/folder.ts';
import { OpenFlag } from '../../ninep/protocol.ts';
import { Directories } from './directories.ts';
import { DirectoryHandle, type HostPlace, handlePath, pathOf, pin } from './directory-handle.ts';
import { FileIds } from './file-ids.ts';
import type { ModelFor, OwnershipChange, SecurityModel } from './model.ts';
import { kindOf, NodeOpenDirectory } from './open-directory.ts';
import { NodeOpenFile } from './open-file.ts';
import { createRegular, openRegular, withPinned } from './pinned.ts';

/** A folder of Linux that a guest shares. What a guest asks for happens within it, whatever names and links there are. */
export class NodeSharedFolder implements SharedFolder {
  readonly states = null;

  interrupt(): void {}

  readonly #directories: Directories;
  readonly #model: SecurityModel;
  readonly #ids: FileIds;

  private constructor(root: DirectoryHandle, modelFor: ModelFor) {
    this.#directories = new Directories(root);
    this.#model = modelFor(this.#directories);
    this.#ids = new FileIds(root.device);
  }

  /** The folder with this path, in which links are followed. Throws the system's error. */
  static async open(path: string, modelFor: ModelFor): Promise<NodeSharedFolder> {
    return new NodeSharedFolder(await DirectoryHandle.open(`${path}/.`), modelFor);
  }

  root(): HostPlace {
    return this.#directories.places.root;
  }

  retain(place: HostPlace): void {
    place.keepers++;
  }

  release(place: HostPlace): void {
    this.#directories.places.release(place);
  }

  async walk(directory: HostPlace, name: string): Promise<HostPlace> {
    if (this.#model.hides(name)) throw new FolderError(Errno.noEntry, 'this name is not for the guest');
    const place = this.#directories.places.at(directory, name);
    try {
      const { dev, ino } = await this.#stats(place);
      this.#directories.found(place, dev, ino);
      return place;
    } catch (error) {
      this.release(place);
      throw error;
    }
  }

  async #stats(place: HostPlace, file?: OpenFile | OpenDirectory): Promise<BigIntStats> {
    if (file instanceof NodeOpenFile) return await file.handle.stat({ bigint: true });
    return await lstat(pathOf(await this.#directories.path(place)), { bigint: true });
  }

  async attributes(place: HostPlace, file?: OpenFile | OpenDirectory): Promise<Attributes> {
    const stats = await this.#stats(place, file);
    const isRemoved = place.parent === null && place !== this.root();
    const owned = isRemoved ? ownershipOf(stats) : await this.#model.ownership(place, stats);
    return {
      ...owned,
      links: stats.nlink,
      size: stats.size,
      blockSize: stats.blksize,
      blocks: stats.blocks,
      accessTime: stats.atimeNs,
      modificationTime: stats.mtimeNs,
      changeTime: stats.ctimeNs,
      id: this.#ids.of(stats.dev, stats.ino),
    };
  }

  async open(place: HostPlace, flags: number): Promise<OpenFile | OpenDirectory> {
    return await withPinned(await this.#directories.path(place), async (path, stats) => {
      if (stats.isDirectory()) return await this.#openDirectory(place, path, flags);
      if ((flags & OpenFlag.directory) !== 0) throw new FolderError(Errno.notDirectory, 'it is no directory');
      return new NodeOpenFile(await openRegular(path, stats, openFlags(flags)), isForWriting(flags));
    });
  }

  async #openDirectory(place: HostPlace, path: string, flags: number): Promise<NodeOpenDirectory> {
    if ((flags & OpenFlag.access) !== 0) throw new FolderError(Errno.isDirectory, 'a directory cannot be written');
    // What cannot be read is told now.
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    return new NodeOpenDirectory({
      path: handlePath(handle),
      look: (names) => Promise.all(names.map((name) => this.#look(place, handlePath(handle), name))),
      close: () => handle.close(),
    });
  }

  /** The entry of a directory with a path: "..", too, is in the shared folder. */
  async #look(directory: HostPlace, path: string, name: string): Promise<{ id: bigint; kind: number } | null> {
    if (this.#model.hides(name)) return null;
    const upwards = name === '..' ? await this.#directories.path(directory.parent ?? directory).catch(() => path) : '';
    const stats = await lstat(pathOf(upwards || `${path}/${name}`), { bigint: true }).catch(() => null);
    if (stats === null) return null;
    const kind = this.#model.hasKinds || stats.isDirectory() ? kindOf(Number(stats.mode)) : 0;
    return { id: this.#ids.of(stats.dev, stats.ino), kind };
  }

  /** The place of a name that is not there yet, as long as `act` lasts. */
  async #withNew<Result>(directory: HostPlace, name: string, act: (place: HostPlace) => Promise<Result>) {
    if (this.#model.hides(name)) throw new FolderError(Errno.invalid, 'this name is not for the guest');
    const place = this.#directories.places.at(directory, name);
    try {
      return await act(place);
    } finally {
      this.release(place);
    }
  }

  create(
    directory: HostPlace,
    name: string,
    flags: number,
    file: NewFile,
  ): Promise<{ place: HostPlace; open: OpenFile }> {
    return this.#withNew(directory, name, async (place) => {
      const opened = await this.#createOrOpen(place, flags, file);
      this.retain(place);
      return { place, open: opened };
    });
  }

  /** Another program may have made it: it is opened then, unless the guest wants it to be new. */
  async #createOrOpen(place: HostPlace, flags: number, file: NewFile): Promise<OpenFile> {
    const path = await this.#directories.path(place);
    try {
      const handle = await createRegular(path, openFlags(flags), this.#model.permissions(file, false));
      await this.#made(place, file, Kind.file, async () => {
        await handle.close();
        await unlink(pathOf(path));
      });
      return new NodeOpenFile(handle, isForWriting(flags));
    } catch (error) {
      if (errnoOf(error) !== Errno.exists || (flags & OpenFlag.exclusive) !== 0) throw error;
    }
    return (await this.open(place, flags & ~OpenFlag.directory)) as OpenFile;
  }

  /** Tells the model of a new file or directory; without its owner and permissions it must not stay. */
  async #made(place: HostPlace, file: NewFile, kind: number, undo: () => Promise<void>): Promise<void> {
    await this.#model.made(place, { ...file, kind, device: 0n }).catch(async (error: unknown) => {
      await undo();
      throw error;
    });
  }

  makeDirectory(directory: HostPlace, name: string, file: NewFile): Promise<void> {
    return this.#withNew(directory, name, async (place) => {
      const path = await this.#directories.path(place);
      await mkdir(pathOf(path), this.#model.permissions(file, true));
      await this.#made(place, file, Kind.directory, () => rmdir(pathOf(path)));
    });
  }

  makeSymbolicLink(directory: HostPlace, name: string, target: string, file: NewFile): Promise<void> {
    return this.#withNew(directory, name, (place) => this.#model.makeSymbolicLink(place, target, file));
  }

  makeNode(directory: HostPlace, name: string, kind: number, device: bigint, file: NewFile): Promise<void> {
    return this.#withNew(directory, name, (place) => this.#model.makeNode(place, { ...file, kind, device }));
  }

  link(place: HostPlace, directory: HostPlace, name: string): Promise<void> {
    return this.#withNew(directory, name, async (to) => {
      const from = await this.#directories.path(place);
      await link(pathOf(from), pathOf(await this.#directories.path(to)));
      await this.#model.linked(place, to);
    });
  }

  readLink(place: HostPlace): Promise<string> {
    return this.#model.readLink(place);
  }

  rename(directory: HostPlace, name: string, newDirectory: HostPlace, newName: string): Promise<void> {
    if (this.#model.hides(name)) throw new FolderError(Errno.noEntry, 'this name is not for the guest');
    return this.#withNew(directory, name, (from) =>
      this.#withNew(newDirectory, newName, async (to) => {
        // Some program of the host may have moved it away; the way to a place must never lead through itself.
        if (newDirectory.isWithin(from)) throw new FolderError(Errno.invalid, 'it cannot be moved into itself');
        this.#directories.places.checkMove(from, newDirectory);
        const paths = [await this.#directories.path(from), await this.#directories.path(to)] as const;
        await rename(pathOf(paths[0]), pathOf(paths[1]));
        await this.#model.renamed(from, to);
        this.#directories.places.move(directory, name, newDirectory, newName);
      }),
    );
  }

  remove(directory: HostPlace, name: string, isDirectory: boolean): Promise<void> {
    if (this.#model.hides(name)) throw new FolderError(Errno.noEntry, 'this name is not for the guest');
    return this.#withNew(directory, name, async (place) => {
      const path = await this.#directories.path(place);
      if (isDirectory) await this.#model.emptied(place);
      await (isDirectory ? rmdir(pathOf(path)) : unlink(pathOf(path)));
      await this.#model.removed(place);
      this.#directories.places.forget(directory, name);
    });
  }

  /** The size comes before the times, which it changes. */
  async change(place: HostPlace, changes: Changes, file?: OpenFile | OpenDirectory): Promise<void> {
    const stats = await this.#stats(place, file);
    const { mode, user, group, size } = changes;
    const owned: OwnershipChange = {
      ...(mode !== undefined && { mode }),
      ...(user !== undefined && { user }),
      ...(group !== undefined && { group }),
    };
    if (Object.keys(owned).length > 0) await this.#model.change(place, stats, owned);
    if (size !== undefined) await this.#resize(place, size, file);
    await this.#setTimes(place, changes, stats, file);
  }

  async #resize(place: HostPlace, size: number, file?: OpenFile | OpenDirectory): Promise<void> {
    if (file instanceof NodeOpenFile && file.mayWrite) return await file.handle.truncate(size);
    await withPinned(await this.#directories.path(place), async (path, stats) => {
      if (!stats.isFile()) throw new FolderError(stats.isDirectory() ? Errno.isDirectory : Errno.invalid);
      await truncate(path, size);
    });
  }

  async #setTimes(
    place: HostPlace,
    { accessTime, modificationTime }: Changes,
    { atimeNs, mtimeNs }: BigIntStats,
    file?: OpenFile | OpenDirectory,
  ): Promise<void> {
    if (accessTime === undefined && modificationTime === undefined) return;
    const [access, modification] = [seconds(accessTime ?? atimeNs), seconds(modificationTime ?? mtimeNs)];
    if (file instanceof NodeOpenFile) await file.handle.utimes(access, modification);
    else await lutimes(pathOf(await this.#directories.path(place)), access, modification);
  }

  async statistics(place: HostPlace): Promise<FolderStatistics> {
    const { path, close } = await this.#pinned(place);
    const found = await statfs(path, { bigint: true }).finally(close);
    const { type, bsize, blocks, bfree, bavail, files, ffree } = found;
    return { type, blockSize: bsize, blocks, free: bfree, available: bavail, files, freeFiles: ffree };
  }

  async #pinned(place: HostPlace) {
    const file = await pin(await this.#directories.path(place));
    return { path: handlePath(file), close: () => file.close() };
  }

  async settle(): Promise<void> {
    await this.#directories.settle();
  }

  async close(): Promise<void> {
    await this.#directories.close();
  }
}

/** As the host has it. */
function ownershipOf({ mode, uid, gid, rdev }: BigIntStats) {
  return { mode: Number(mode), user: Number(uid), group: Number(gid), device: rdev };
}

/** The host's flags for those of the guest's that mean something here. */
function openFlags(flags: number): number {
  const { access, truncate: cut, append, dataSync, sync } = OpenFlag;
  const has = (bits: number, own: number) => ((flags & bits) === bits ? own : 0);
  return (
    (flags & access) |
    has(cut, constants.O_TRUNC) |
    has(append, constants.O_APPEND) |
    has(dataSync, constants.O_DSYNC) |
    has(sync, constants.O_SYNC)
  );
}

function isForWriting(flags: number): boolean {
  return (flags & OpenFlag.access) !== 0;
}

/**
 * As Node takes times: as a double, so to a quarter of a microsecond. Times before 1970 it takes as dates only, to a millisecond: a
 * negative number would be the present.
 */
function seconds(time: GivenTime): number | Date {
  if (time === 'now') return Date.now() / 1000;
  return time < 0n ? new Date(Math.floor(Number(time) / 1e6)) : Number(time) / 1e9;
}
