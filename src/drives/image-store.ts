import { BlobStore } from '../storage/blob-store.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import type { ByteStore } from '../storage/store.ts';
import { checkedBytes } from '../util/checks.ts';
import type { Image } from '../util/image.ts';

/** Bytes are copied, and can be written; of a Blob only what is read comes into memory. */
export function storeOf(image: Exclude<Image, string>, name: string, isReadOnly: boolean): ByteStore {
  if (image instanceof Blob) return new BlobStore(image instanceof File ? image.name : name, image);
  return new MemoryStore(name, checkedBytes(name, image), isReadOnly);
}
