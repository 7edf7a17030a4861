import { Errno, FolderError } from '../ninep/errno.ts';
import {
  type Attributes,
  Kind,
  type NewFile,
  type OpenFile,
  PERMISSIONS,
  type Place,
  type SharedFolder,
} from '../ninep/folder.ts';
import { OpenFlag } from '../ninep/protocol.ts';
import type { NinepSession } from '../ninep/session.ts';
import { shown } from '../util/checks.ts';
import { bytesOf, checkedFile, type ShareFile, type ShareFileSettings } from './contents.ts';
import { hostName, namesOf } from './paths.ts';
import { shareError } from './share-error.ts';

/** An entry of a directory in a share. */
export interface ShareEntry {
  /** Its name; what the guest has named with bytes that are no UTF-8 has U+FFFD in it. */
  readonly name: string;
  /** The type of file. Symbolic links lead somewhere in the guest only; "other" are its devices, pipes and sockets. */
  readonly kind: 'file' | 'directory' | 'symbolic link' | 'other';
  /** Bytes of a file. */
  readonly size: number;
  /** Permissions, as chmod(2) has them. */
  readonly mode: number;
  /** When its contents were last changed. */
  readonly modified: Date;
}

const FILE: NewFile = { mode: 0o644, user: 0, group: 0 };
const EXECUTABLE: NewFile = { ...FILE, mode: 0o755 };
const DIRECTORY: NewFile = EXECUTABLE;

const kinds = new Map<number, ShareEntry['kind']>([
  [Kind.file, 'file'],
  [Kind.directory, 'directory'],
  [Kind.symbolicLink, 'symbolic link'],
]);

/** Listing goes on while a machine ends. */
const never = new AbortController().signal;

/**
 * Files that a guest shares (`MachineOptions.shares`), as a program of the host uses them: the guest sees at once what is changed
 * here, and the other way round. A path is names with a slash between them, such as "bin/tool"; a slash in front doesn't count. Links are not followed. What fails
 * throws ShareError. The files are there when the machine has ended, too.
 */
export class SharedFiles {
  /** The tag by which the guest mounts the share. */
  readonly tag: string;
  readonly #session: Pick<NinepSession, 'between'>;

  /** @internal */
  constructor(tag: string, session: Pick<NinepSession, 'between'>) {
    this.tag = tag;
    this.#session = session;
  }

  /**
   * Writes a file; the directories that it is in are made. One that is there keeps its owner and permissions, unless `executable` is
   * given; programs that have it open find other contents in it. The guest never sees a part of what is written.
   * @throws ShareError where there is no room for it, too: the file is gone then
   * @throws ConfigurationError for what is no contents
   */
  async writeFile(path: string, file: ShareFile): Promise<void> {
    const { content, executable } = checkedFile(`the file ${shown(path)}`, file);
    const bytes = await bytesOf(content);
    await this.#at(path, async (folder, names) => {
      const [directory, name] = [names.slice(0, -1), lastOf(names)];
      await makeDirectories(folder, directory);
      await within(folder, directory, (place) => writeIn(folder, place, name, bytes, executable));
    });
  }

  /**
   * The bytes of a file.
   * @throws ShareError also where it is larger than all that the folder may store, by holes (`EFBIG`)
   */
  async readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#at(path, (folder, names) =>
      within(folder, names, async (place) => {
        const open = await folder.open(place, OpenFlag.readOnly);
        try {
          if (open.kind !== 'file') throw new FolderError(Errno.isDirectory, 'it is a directory');
          const { size } = await folder.attributes(place, open);
          const bytes = new Uint8Array(await checkedSize(folder, place, size));
          return bytes.subarray(0, await open.read(bytes, 0));
        } finally {
          await open.close();
        }
      }),
    );
  }

  /**
   * The files in a directory, in the order of names. Default: in the folder itself.
   * @throws ShareError
   */
  async list(path = ''): Promise<ShareEntry[]> {
    return await this.#at(path, (folder, names) =>
      within(folder, names, async (place) => {
        const found: ShareEntry[] = [];
        for (const name of await namesIn(folder, place))
          found.push(await withChild(folder, place, name, async (one) => entry(name, await folder.attributes(one))));
        return found.sort((a, b) => (a.name < b.name ? -1 : 1));
      }),
    );
  }

  /**
   * Removes a file, or a directory with all that is in it.
   * @throws ShareError
   */
  async remove(path: string): Promise<void> {
    await this.#at(path, (folder, names) => {
      const name = lastOf(names);
      return within(folder, names.slice(0, -1), (place) => removeTree(folder, place, name));
    });
  }

  async #at<Result>(path: string, act: (folder: SharedFolder, names: string[]) => Promise<Result>): Promise<Result> {
    try {
      const names = namesOf(path);
      return await this.#session.between((folder) => act(folder, names));
    } catch (error) {
      throw shareError(`${this.tag}: ${typeof path === 'string' ? path : shown(path)}`, error);
    }
  }
}

/** A size that can be had in memory: a guest makes files of any size, by holes. */
async function checkedSize(folder: SharedFolder, place: Place, size: bigint): Promise<number> {
  const { blocks, blockSize } = await folder.statistics(place);
  if (size > blocks * blockSize) throw new FolderError(Errno.tooLarge, 'it is larger than the folder, by holes');
  return Number(size);
}

function lastOf(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) throw new FolderError(Errno.isDirectory, 'it is the folder itself');
  return last;
}

/** Does something at the place that names lead to; nothing is followed. */
async function within<Result>(
  folder: SharedFolder,
  names: readonly string[],
  act: (place: Place) => Promise<Result>,
): Promise<Result> {
  let place = folder.root();
  folder.retain(place);
  try {
    for (const name of names) {
      const next = await folder.walk(place, name);
      folder.release(place);
      place = next;
    }
    return await act(place);
  } finally {
    folder.release(place);
  }
}

async function withChild<Result>(
  folder: SharedFolder,
  directory: Place,
  name: string,
  act: (place: Place) => Promise<Result>,
): Promise<Result> {
  const place = await folder.walk(directory, name);
  try {
    return await act(place);
  } finally {
    folder.release(place);
  }
}

async function makeDirectories(folder: SharedFolder, names: readonly string[]): Promise<void> {
  for (const [n, name] of names.entries())
    await within(folder, names.slice(0, n), (place) =>
      folder.makeDirectory(place, name, DIRECTORY).catch((error: unknown) => {
        if ((error as FolderError).errno !== Errno.exists) throw error;
      }),
    );
}

async function writeIn(
  folder: SharedFolder,
  directory: Place,
  name: string,
  bytes: Uint8Array,
  executable: ShareFileSettings['executable'],
): Promise<void> {
  const file = executable ? EXECUTABLE : FILE;
  const { place, open } = await folder.create(directory, name, OpenFlag.writeOnly | OpenFlag.truncate, file);
  try {
    await writeAll(open, bytes);
    if (executable !== undefined) await folder.change(place, { mode: file.mode }, open);
  } catch (error) {
    await folder.remove(directory, name, false);
    throw error;
  } finally {
    await open.close();
    folder.release(place);
  }
}

async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += await file.write(bytes.subarray(at), at);
}

async function namesIn(folder: SharedFolder, place: Place): Promise<string[]> {
  const open = await folder.open(place, OpenFlag.directory);
  try {
    if (open.kind !== 'directory') throw new FolderError(Errno.notDirectory, 'it is no directory');
    const names: string[] = [];
    await open.list(0, ({ name }) => names.push(name) > 0, never);
    return names.filter((name) => name !== '.' && name !== '..');
  } finally {
    await open.close();
  }
}

function entry(name: string, { mode, size, modificationTime }: Attributes): ShareEntry {
  const kind = kinds.get(mode & Kind.mask) ?? 'other';
  const modified = new Date(Number(modificationTime / 1_000_000n));
  return { name: hostName(name), kind, size: kind === 'file' ? Number(size) : 0, mode: mode & PERMISSIONS, modified };
}

async function removeTree(folder: SharedFolder, directory: Place, name: string): Promise<void> {
  const isDirectory = await withChild(folder, directory, name, async (place) => {
    if (((await folder.attributes(place)).mode & Kind.mask) !== Kind.directory) return false;
    for (const inner of await namesIn(folder, place)) await removeTree(folder, place, inner);
    return true;
  });
  await folder.remove(directory, name, isDirectory);
}
