import type { StorageHost } from '../storage/open.ts';
import { StorageError } from '../storage/store.ts';
import { inflate } from './compression.ts';

/** Images by name. */
export const browserStorage: StorageHost = {
  open: (name) => Promise.reject(noFiles(name)),
  identify: (name) => Promise.reject(noFiles(name)),
  resolve: (from, name) => new URL(name, new URL(from, document.baseURI)).href,
  decompressor: { deflate: inflate },
};

function noFiles(name: string): StorageError {
  return new StorageError({ name }, 'a page opens no files by name; give a File, a Blob or bytes');
}
