import { isHttp } from '../storage/http/address.ts';
import type { StorageHost } from '../storage/open.ts';
import { type ByteStore, StorageError } from '../storage/store.ts';
import { inflate } from './compression.ts';
import { isKept, openKept } from './files.ts';

/** Images that the browser keeps, and on web servers. */
export const browserStorage: StorageHost = {
  open: async (name, access): Promise<ByteStore> =>
    isKept(name) ? await openKept(name, access) : await openAddress(addressOf(name), access),
  identify: async (name) => (isKept(name) ? name : addressOf(name)),
  resolve: (from, name) => {
    if (isHttp(from)) return new URL(name, from).href;
    if (isHttp(name)) return name;
    // It stood beside a file of somebody's computer, not beside the page.
    throw noFiles(name);
  },
  decompressor: { deflate: inflate, zstd: unpack },
};

/** Few machines have such images. */
async function openAddress(address: string, access: 'read' | 'write'): Promise<ByteStore> {
  return await (await import('../storage/http/store.ts')).HttpStore.open(address, access);
}

/** Few images need it. */
async function unpack(source: Uint8Array, most: number): Promise<Uint8Array> {
  return (await import('./zstd.ts')).unpackZstd(source, most);
}

/**
 * The address of a web server that a name stands for, as it would in a link on the page.
 * @throws StorageError if it is another name
 */
export function addressOf(name: string): string {
  if (isHttp(name)) return name;
  const base = baseAddress();
  const address = URL.canParse(name, base) ? new URL(name, base).href : undefined;
  if (address !== undefined && isHttp(address)) return address;
  throw noFiles(name);
}

/** Workers have no document, and tests in Node have neither. */
function baseAddress(): string | undefined {
  if (typeof document !== 'undefined') return document.baseURI;
  return typeof location === 'undefined' ? undefined : location.href;
}

function noFiles(name: string): StorageError {
  const instead = 'give a File, a Blob, bytes, an address (http:…, https:…) or the name of a kept image (opfs:…)';
  return new StorageError({ name }, `a page opens no files; ${instead}`);
}
