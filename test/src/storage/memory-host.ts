import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import type { StorageHost } from '../../../src/storage/open.ts';
import { type ByteStore, StorageError } from '../../../src/storage/store.ts';

const inflate = promisify(inflateRaw);

/** Images in memory, by name. A store can be opened again after it was closed. */
export class MemoryHost implements StorageHost {
  readonly files = new Map<string, Uint8Array>();
  readonly decompressor: StorageHost['decompressor'] = {
    deflate: (source, most) => inflate(source, { maxOutputLength: most }),
  };

  async open(name: string, access: 'read' | 'write'): Promise<ByteStore> {
    return new MemoryStore(name, this.#find(name), access === 'read');
  }

  async identify(name: string): Promise<string> {
    this.#find(name);
    return `memory:${name}`;
  }

  resolve(_from: string, name: string): string {
    return name;
  }

  #find(name: string): Uint8Array {
    const bytes = this.files.get(name);
    if (!bytes) throw new StorageError({ name }, 'is not there');
    return bytes;
  }
}

/** All bytes of a store. */
export async function contents(store: ByteStore): Promise<Uint8Array> {
  const bytes = new Uint8Array(store.size);
  await store.read(0, bytes);
  return bytes;
}
