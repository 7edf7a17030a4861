import { type CallEnd, type CallMessage, reportError } from '../isolate/remote-calls.ts';
import { FOLDER } from './files-folder.ts';
import { ownEnd } from './scope.ts';

export type Access = 'read' | 'write';

/** What a page asks of the worker that has its files open; files have numbers. */
export interface FileCalls {
  open(name: string, access: Access): { readonly file: number; readonly size: number };
  read(file: number, offset: number, length: number): Uint8Array;
  write(file: number, offset: number, bytes: Uint8Array): void;
  resize(file: number, size: number): void;
  flush(file: number): void;
  close(file: number): void;
}

/** What the types of pages lack: the methods of workers (File System Standard). */
interface SyncFile {
  getSize(): number;
  read(target: Uint8Array, options: { at: number }): number;
  write(source: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
interface SyncHandle {
  createSyncAccessHandle(options: { mode: 'readwrite' | 'read-only' }): Promise<SyncFile>;
}

const open = new Map<number, SyncFile>();
let last = 0;

function fileOf(number: number): SyncFile {
  const file = open.get(number);
  if (!file) throw new Error('it is closed');
  return file;
}

type Answered<Name extends keyof FileCalls> = (
  ...args: Parameters<FileCalls[Name]>
) => Answer<ReturnType<FileCalls[Name]>>;
type Answer<Value> = Value | Promise<Value>;

const calls: { readonly [Name in keyof FileCalls]: Answered<Name> } = {
  async open(name, access) {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    const handle = (await folder.getFileHandle(name)) as unknown as SyncHandle;
    const file = await handle.createSyncAccessHandle({ mode: access === 'read' ? 'read-only' : 'readwrite' });
    open.set(++last, file);
    return { file: last, size: file.getSize() };
  },
  read(file, offset, length) {
    const bytes = new Uint8Array(length);
    const read = fileOf(file).read(bytes, { at: offset });
    if (read < length) throw new Error('it became shorter while it was in use');
    return bytes;
  },
  write(file, offset, bytes) {
    for (let at = 0; at < bytes.length; ) {
      const written = fileOf(file).write(bytes.subarray(at), { at: offset + at });
      if (written === 0) throw new DOMException('nothing was written', 'QuotaExceededError');
      at += written;
    }
  },
  resize: (file, size) => fileOf(file).truncate(size),
  flush: (file) => fileOf(file).flush(),
  close(file) {
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
