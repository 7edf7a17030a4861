import { type CallEnd, RemoteCalls } from '../isolate/remote-calls.ts';
import { type ByteStore, checkRange, checkWritable, StorageError } from '../storage/store.ts';
import { ConfigurationError } from '../util/errors.ts';
import { FOLDER, VERSIONS } from './files-folder.ts';
import type { Access, FileCalls } from './files-worker.ts';
import { foreignWorker } from './foreign-worker.ts';
import { newVersion } from './image-version.ts';
import { privateFolder, replaceFile } from './private-files.ts';

/** Names of images that the browser keeps begin with this. */
const SCHEME = 'opfs:';

/** Whether a name is that of an image that the browser keeps. */
export function isKept(name: string): boolean {
  return name.startsWith(SCHEME);
}

function fileName(name: string): string {
  const file = name.slice(SCHEME.length);
  if (file === '' || /[\\/]/.test(file) || file === '.' || file === '..')
    throw new ConfigurationError(`'${name}' is no name of a kept image; it is ${SCHEME} and a name without slashes`);
  return file;
}

const folder = () => privateFolder(FOLDER);
const versions = () => privateFolder(VERSIONS);

/**
 * Keeps a copy of an image in the browser, under a name such as "opfs:disk.img" which `drives` then takes: what a guest writes to
 * it is there when the page is opened again. Other pages of the same server see it too.
 * @throws ConfigurationError for a name that cannot be
 * @throws StorageError if the browser doesn't take it; an image of that name stays as it was
 */
export async function keepImage(name: string, image: Blob): Promise<void> {
  const file = fileName(name);
  // Before the image is another one: snapshots of the old one must not fit it.
  const setVersion = async () => await replaceFile(await versions(), file, new Blob([newVersion()]));
  await orSay(name, 'keep', async () => replaceFile(await folder(), file, image, setVersion));
}

/** @throws StorageError that names the image, and says what could not be done with it and why */
async function orSay<Result>(name: string, what: string, act: () => Promise<Result>): Promise<Result> {
  return await act().catch((error: unknown) => {
    throw new StorageError({ name }, `cannot ${what} it: ${reasonOf(error)}`, { cause: causeOf(error) });
  });
}

/** Makes an empty image, in the place of one of that name, and opens it. */
export async function createKept(name: string): Promise<ByteStore> {
  await keepImage(name, new Blob());
  return await openKept(name, 'write');
}

/**
 * An image that the browser keeps, as it is now.
 * @throws StorageError if there is none of that name
 */
export async function keptImage(name: string): Promise<File> {
  const file = fileName(name);
  return await orSay(name, 'read', async () => (await (await folder()).getFileHandle(file)).getFile());
}

/** Names of the images that the browser keeps, in the order of the alphabet. */
export async function keptImages(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of (await folder()).keys()) names.push(SCHEME + name);
  return names.sort();
}

/**
 * Forgets an image.
 * @throws StorageError if there is none of that name, or a machine uses it
 */
export async function removeImage(name: string): Promise<void> {
  const file = fileName(name);
  await orSay(name, 'remove', async () => (await folder()).removeEntry(file));
  await (await versions()).removeEntry(file).catch(() => {});
}

/** The way to the worker that has the files open: only there they are read and written in place. */
function startFileWorker(): RemoteCalls<FileCalls> {
  const worker =
    foreignWorker('files-thread.mjs', 'files') ??
    new Worker(new URL('./files-thread.mjs', import.meta.url), { type: 'module', name: 'files' });
  const calls = new RemoteCalls<FileCalls>((call) => worker.postMessage(call));
  worker.onmessage = ({ data }) => calls.settle(data as CallEnd);
  worker.onerror = () => {
    calls.close(new Error('the worker that has the files open cannot be loaded'));
    // The next image has another one.
    if (fileCalls === calls) fileCalls = undefined;
  };
  return calls;
}

let fileCalls: RemoteCalls<FileCalls> | undefined;

/** Opens an image that the browser keeps. It is locked against other machines, as a file is in Node. */
export async function openKept(name: string, access: Access): Promise<ByteStore> {
  fileCalls ??= startFileWorker();
  const files = fileCalls;
  const { file, size } = await files.call('open', fileName(name), access).catch((error: unknown) => {
    throw new StorageError({ name }, `cannot open it: ${reasonOf(error)}`, { cause: error });
  });
  return new KeptStore(name, access, { files, file, size });
}

/** A file that the worker has open, by its number there. */
interface OpenFile {
  readonly files: RemoteCalls<FileCalls>;
  readonly file: number;
  readonly size: number;
}

/** An image that the browser keeps. */
class KeptStore implements ByteStore {
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly #files: RemoteCalls<FileCalls>;
  readonly #file: number;
  #size: number;

  constructor(name: string, access: Access, { files, file, size }: OpenFile) {
    this.name = name;
    this.isReadOnly = access === 'read';
    this.#files = files;
    this.#file = file;
    this.#size = size;
  }

  get identity(): string {
    return this.name;
  }

  get size(): number {
    return this.#size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    target.set(await this.#do('read', offset, target.length));
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    checkWritable(this);
    await this.#do('write', offset, source);
    this.#size = Math.max(this.#size, offset + source.length);
  }

  async resize(size: number): Promise<void> {
    checkWritable(this);
    await this.#do('resize', size);
    this.#size = size;
  }

  async flush(): Promise<void> {
    if (!this.isReadOnly) await this.#do('flush');
  }

  async version(): Promise<string> {
    return await this.#do('version');
  }

  async close(): Promise<void> {
    await this.#do('close');
  }

  async #do<Name extends Exclude<keyof FileCalls, 'open'>>(
    name: Name,
    ...args: Parameters<FileCalls[Name]> extends [number, ...infer Rest] ? Rest : never
  ): Promise<ReturnType<FileCalls[Name]>> {
    const call = this.#files.call(name, ...([this.#file, ...args] as unknown as Parameters<FileCalls[Name]>));
    return await call.catch((error: unknown) => {
      throw new StorageError(this, `cannot ${name} it: ${reasonOf(error)}`, { cause: causeOf(error) });
    });
  }
}

/** Names of DOMExceptions, and what they mean here (File System Standard, FileSystemSyncAccessHandle). */
const reasons: Readonly<Record<string, string>> = {
  NotFoundError: 'there is no such image',
  NoModificationAllowedError: 'it is in use by another machine or page',
  QuotaExceededError: 'the browser gives this page no more room',
};

/** Why a browser does not do something with the page's private files. */
export function reasonOf(error: unknown): string {
  const { name, message } = error as Error;
  return reasons[name] ?? message;
}

/** A guest is told that a full store is full. */
function causeOf(error: unknown): unknown {
  return (error as Error).name === 'QuotaExceededError' ? { code: 'ENOSPC' } : error;
}
