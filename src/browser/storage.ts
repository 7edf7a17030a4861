import { HttpStore, isHttp } from '../storage/http/store.ts';
import type { StorageHost } from '../storage/open.ts';
import { type ByteStore, StorageError } from '../storage/store.ts';
import { inflate } from './compression.ts';
import { isKept, openKept } from './files.ts';

/** Images that the browser keeps, and on web servers. */
export const browserStorage: StorageHost = {
  open: async (name, access): Promise<ByteStore> => {
    if (isKept(name)) return await openKept(name, access);
    if (isHttp(name)) return await HttpStore.open(name, access);
    throw noFiles(name);
  },
  identify: async (name) => {
    if (isKept(name) || isHttp(name)) return name;
    throw noFiles(name);
  },
  resolve: (from, name) => (isHttp(from) ? new URL(name, from).href : name),
  decompressor: { deflate: inflate },
};

function noFiles(name: string): StorageError {
  const instead = 'give a File, a Blob, bytes, an address (http:…, https:…) or the name of a kept image (opfs:…)';
  return new StorageError({ name }, `a page opens no files; ${instead}`);
}
