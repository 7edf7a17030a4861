import { randomUUID } from 'node:crypto';
import { constants, readSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { isHttp } from '../storage/http/address.ts';
import { HttpStore } from '../storage/http/store.ts';
import type { StorageHost } from '../storage/open.ts';
import { filePath, foreignProtocol } from '../storage/protocols.ts';
import {
  type Allocation,
  type ByteStore,
  checkRange,
  checkWritable,
  InUseError,
  StorageError,
} from '../storage/store.ts';
import { zstdFrameLength } from '../storage/zstd-frame.ts';
import { memberName, openMember } from './files/archive-member.ts';
import { fileAllocation } from './files/file-allocation.ts';
import { type FileLock, lockFile } from './files/file-lock.ts';
import { systemMessage } from './process/system-message.ts';

/** Milliseconds in which the host's clock for times of files surely goes on: it has a tick of 10 at most. */
const CLOCK_STEP = 20;

/**
 * A file of the host, or a block device. It is read and written without a thread of Node's pool: what comes from the host's
 * cache, as nearly all does, takes a fraction of the time that a way there and back takes. Only a flush waits for the disk.
 */
class FileStore implements ByteStore {
  readonly name: string;
  readonly identity: string;
  readonly isReadOnly: boolean;
  readonly #file: FileHandle;
  readonly #lock: FileLock;
  #size: number;
  /** Why a flush failed. The host may have dropped what was written: no later flush can promise anything. */
  #lost: StorageError | undefined;

  constructor(
    name: string,
    access: 'read' | 'write',
    file: FileHandle,
    opened: { identity: string; size: number; lock: FileLock },
  ) {
    this.name = name;
    this.isReadOnly = access === 'read';
    this.identity = opened.identity;
    this.#file = file;
    this.#lock = opened.lock;
    this.#size = opened.size;
  }

  get size(): number {
    return this.#size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    for (let at = 0; at < target.length; ) {
      const read = await this.#try('read', () => readSync(this.#file.fd, target, at, target.length - at, offset + at));
      if (read === 0) throw new StorageError(this, 'became shorter while it was in use');
      at += read;
    }
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    checkWritable(this);
    for (let at = 0; at < source.length; ) {
      at += await this.#try('write', () => writeSync(this.#file.fd, source, at, source.length - at, offset + at));
    }
    this.#size = Math.max(this.#size, offset + source.length);
  }

  async resize(size: number): Promise<void> {
    checkWritable(this);
    await this.#try('resize', () => this.#file.truncate(size));
    this.#size = size;
  }

  allocation(offset: number): Allocation {
    return fileAllocation(this.#file.fd, offset, this.#size);
  }

  async flush(): Promise<void> {
    if (this.isReadOnly) return;
    if (this.#lost) throw this.#lost;
    try {
      await this.#try('flush', () => this.#file.datasync());
    } catch (error) {
      this.#lost = error as StorageError;
      throw error;
    }
  }

  /** The time of the last change. One that may still be the same after a further change is waited out. */
  async version(): Promise<string> {
    const modified = await this.#modified();
    const age = Date.now() - Number(modified / 1_000_000n);
    if (age < CLOCK_STEP) await setTimeout(CLOCK_STEP);
    return `${modified}`;
  }

  async #modified(): Promise<bigint> {
    return (await this.#try('inspect', () => this.#file.stat({ bigint: true }))).mtimeNs;
  }

  async close(): Promise<void> {
    try {
      await this.#try('close', () => this.#file.close());
    } finally {
      await this.#lock.release();
    }
  }

  async #try<Result>(what: string, act: () => Result | Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      throw new StorageError(this, `cannot ${what} it: ${systemMessage(error)}`, { cause: error });
    }
  }
}

/** Locks a file; undefined: others have it. */
type Lock = (identity: string, access: 'read' | 'write') => Promise<FileLock | undefined>;

const noLock: Lock = async () => ({ release: async () => {} });

/**
 * Opens a file, locked against other processes that use this function: several readers, or one writer.
 * @throws StorageError
 */
export async function openFile(
  given: string,
  access: 'read' | 'write',
  mode: 'old' | 'new' = 'old',
  lock: Lock = lockFile,
): Promise<ByteStore> {
  const name = filePath(given);
  if (mode === 'new') await checkIsFile(name);
  const file = await open(name, flagsFor(access, mode)).catch((error: unknown) => {
    throw cannotOpen(name, error, mode === 'old' ? access : 'read');
  });
  try {
    return new FileStore(name, access, file, await inspectFile(name, access, file, lock));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A pipe would be waited for without O_NONBLOCK, which is nothing to files; Windows doesn't have it. */
function flagsFor(access: 'read' | 'write', mode: 'old' | 'new'): number {
  const flags = (access === 'read' ? constants.O_RDONLY : constants.O_RDWR) | (constants.O_NONBLOCK ?? 0);
  return mode === 'new' ? flags | constants.O_CREAT : flags;
}

/** @throws StorageError if a file would be made of what is no name of a file for QEMU */
async function checkIsFile(name: string): Promise<void> {
  if (foreignProtocol(name) === undefined) return;
  await stat(name).catch((error: unknown) => {
    throw cannotOpen(name, error);
  });
}

/** Error codes of files that may be read all the same. */
const notWritable = ['EACCES', 'EPERM', 'EROFS', 'ETXTBSY'];

function cannotOpen(name: string, error: unknown, access: 'read' | 'write' = 'read'): StorageError {
  if ((error as NodeJS.ErrnoException).code === 'EISDIR') return new StorageError({ name }, 'is a directory');
  const protocol = foreignProtocol(name);
  // A file of that name would be there.
  if (protocol !== undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return noProtocol(name, protocol);
  const isToWrite = access === 'write' && notWritable.includes((error as NodeJS.ErrnoException).code ?? '');
  const advice = isToWrite ? '; if it is only to be read, say so (readonly=on, or -snapshot)' : '';
  return new StorageError({ name }, `cannot open it: ${systemMessage(error)}${advice}`, { cause: error });
}

function noProtocol(name: string, protocol: string): StorageError {
  const instead = 'an image is a file, or on a web server (http://…, https://…)';
  return new StorageError({ name }, `not supported: there is nothing here for '${protocol}:'; ${instead}`);
}

async function inspectFile(
  name: string,
  access: 'read' | 'write',
  file: FileHandle,
  lockAs: Lock,
): Promise<{ identity: string; size: number; lock: FileLock }> {
  const status = await file.stat({ bigint: true });
  if (status.isDirectory()) throw new StorageError({ name }, 'is a directory');
  if (!status.isFile() && !status.isBlockDevice())
    throw new StorageError({ name }, 'is neither a file nor a block device');
  const identity = identityOf(status);
  const lock = await lockAs(identity, access);
  if (!lock)
    throw new InUseError(
      { name },
      `is in use by this machine, another one or a command, so it cannot be opened to ${access}`,
    );
  try {
    return { identity, size: status.isFile() ? Number(status.size) : await deviceSize(name, file), lock };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Bytes of a block device: what is beyond its end cannot be read. Its status doesn't say. */
async function deviceSize(name: string, file: FileHandle): Promise<number> {
  const sector = new Uint8Array(512);
  const isThere = async (index: number): Promise<boolean> => {
    const { bytesRead } = await file.read(sector, 0, sector.length, index * sector.length);
    return bytesRead === sector.length;
  };
  try {
    let [sectors, beyond] = [0, 1];
    while (await isThere(beyond - 1)) [sectors, beyond] = [beyond, beyond * 2];
    while (beyond - sectors > 1) {
      const middle = Math.floor((sectors + beyond) / 2);
      if (await isThere(middle - 1)) sectors = middle;
      else beyond = middle;
    }
    return sectors * sector.length;
  } catch (error) {
    throw new StorageError({ name }, `its size cannot be found out: ${systemMessage(error)}`, { cause: error });
  }
}

/** A file that nobody else sees: it has no name any more when it is used. */
async function openScratch(): Promise<ByteStore> {
  const path = join(tmpdir(), `rawiron-${randomUUID()}`);
  const name = `a temporary file in ${tmpdir()} (TMPDIR names another folder)`;
  const file = await open(path, 'wx+', 0o600).catch((error: unknown) => {
    throw cannotOpen(name, error);
  });
  await unlink(path);
  return new FileStore(name, 'write', file, { identity: path, size: 0, lock: { release: async () => {} } });
}

function identityOf({ dev, ino }: { dev: bigint; ino: bigint }): string {
  return `${dev}:${ino}`;
}

const inflate = promisify(zlib.inflateRaw);
/** Each part of the output is a turn of a thread, so up to so many bytes are one. When a part is full, another one follows. */
const MOST_AT_ONCE = (1 << 20) + 1;
/** Least chunk size of Node's. */
const LEAST_AT_ONCE = 64;

function outputOf(most: number): { readonly maxOutputLength: number; readonly chunkSize: number } {
  return { maxOutputLength: most, chunkSize: Math.max(LEAST_AT_ONCE, Math.min(most + 1, MOST_AT_ONCE)) };
}

/**
 * The address that a name is.
 * @throws StorageError if it is another name
 */
export function addressOf(name: string): string {
  if (isHttp(name)) return name;
  throw new StorageError({ name }, 'is no address of a web server (http:…, https:…)');
}

/** Opens an image in a file, or within an archive. */
async function openImage(name: string, access: 'read' | 'write', lock: Lock): Promise<ByteStore> {
  const within = memberName(filePath(name));
  if (within === undefined) return await openFile(name, access, 'old', lock);
  return await openMember(within, access, (archive) => openFile(archive, 'read', 'old', lock));
}

/** Images in files, within archives (`FILE.ova/NAME`), and on web servers. Names of backing files are relative to the image that names them. */
export const nodeStorage: StorageHost = {
  open: (name, access) => (isHttp(name) ? HttpStore.open(name, access) : openImage(name, access, lockFile)),
  peek: (name) => (isHttp(name) ? HttpStore.open(name, 'read') : openImage(name, 'read', noLock)),
  identify: async (name) => {
    if (isHttp(name)) return name;
    const within = memberName(filePath(name));
    if (within !== undefined) return `${await nodeStorage.identify(within.archive)}/${within.member}`;
    const path = filePath(name);
    const status = await stat(path, { bigint: true }).catch((error: unknown) => {
      throw cannotOpen(path, error);
    });
    return identityOf(status);
  },
  resolve: (from, name) => {
    if (isHttp(name)) return name;
    return isHttp(from) ? new URL(name, from).href : resolve(dirname(filePath(from)), filePath(name));
  },
  scratch: { open: openScratch },
  decompressor: {
    checksum: (bytes) => zlib.crc32(bytes),
    deflate: (source, most) => inflate(source, outputOf(most)),
    // Node 22.15 and later.
    zstd:
      typeof zlib.zstdDecompress === 'function'
        ? (source, most) => promisify(zlib.zstdDecompress)(source.subarray(0, zstdFrameLength(source)), outputOf(most))
        : undefined,
  },
};
