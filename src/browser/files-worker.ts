import { type CallEnd, type CallMessage, reportError } from '../isolate/remote-calls.ts';
import { FOLDER } from './files-folder.ts';
import { ImageVersion } from './image-version.ts';
import { privateFolder } from './private-files.ts';
import { ownEnd } from './scope.ts';
import { openSync, type SyncFile } from './sync-file.ts';

export type Access = 'read' | 'write';

/** Calls of a page to the worker that has its files open; files have numbers. */
export interface FileCalls {
  open(name: string, access: Access): { readonly file: number; readonly size: number };
  read(file: number, offset: number, length: number): Uint8Array;
  write(file: number, offset: number, bytes: Uint8Array): void;
  resize(file: number, size: number): void;
  flush(file: number): void;
  /** Another text after each change. */
  version(file: number): string;
  close(file: number): void;
}

/** An image that is open. */
interface OpenFile {
  readonly file: SyncFile;
  readonly version: ImageVersion;
}

const open = new Map<number, OpenFile>();
let last = 0;

function openFile(number: number): OpenFile {
  const found = open.get(number);
  if (!found) throw new Error('it is closed');
  return found;
}

const fileOf = (number: number): SyncFile => openFile(number).file;

type Answered<Name extends keyof FileCalls> = (
  ...args: Parameters<FileCalls[Name]>
) => Answer<ReturnType<FileCalls[Name]>>;
type Answer<Value> = Value | Promise<Value>;

const calls: { readonly [Name in keyof FileCalls]: Answered<Name> } = {
  async open(name, access) {
    const folder = await privateFolder(FOLDER);
    const file = await openSync(await folder.getFileHandle(name), access === 'read' ? 'read-only' : 'readwrite');
    const version = await ImageVersion.open(name, access).catch((error: unknown) => {
      file.close();
      throw error;
    });
    open.set(++last, { file, version });
    return { file: last, size: file.getSize() };
  },
  read(file, offset, length) {
    const bytes = new Uint8Array(length);
    const read = fileOf(file).read(bytes, { at: offset });
    if (read < length) throw new Error('it became shorter while it was in use');
    return bytes;
  },
  write(file, offset, bytes) {
    openFile(file).version.change();
    for (let at = 0; at < bytes.length; ) {
      const written = fileOf(file).write(bytes.subarray(at), { at: offset + at });
      if (written === 0) throw new DOMException('nothing was written', 'QuotaExceededError');
      at += written;
    }
  },
  resize(file, size) {
    openFile(file).version.change();
    fileOf(file).truncate(size);
  },
  flush: (file) => fileOf(file).flush(),
  version: (file) => openFile(file).version.read(),
  close(file) {
    openFile(file).version.close();
    fileOf(file).close();
    open.delete(file);
  },
};

const port = ownEnd<CallEnd, CallMessage<keyof FileCalls>>();
port.onmessage = async ({ data: { id, name, args } }) => {
  try {
    const call = calls[name] as (...args: readonly unknown[]) => unknown;
    port.postMessage({ type: 'answer', id, value: await call(...args) });
  } catch (error) {
    port.postMessage({ type: 'refusal', id, error: reportError(error) });
  }
};
