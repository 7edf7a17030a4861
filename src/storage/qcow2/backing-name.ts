import { type ByteStore, StorageError } from '../store.ts';
import { BACKING_FORMAT, eachExtension } from './extensions.ts';
import { field, headerLength } from './header.ts';

/** How an image names what it stands on. */
export interface BackingName {
  readonly file: string;
  readonly format: string;
}

/**
 * Writes the format of a backing file behind other extensions of the header, and its name behind the end of the extensions.
 * @param head the first cluster
 * @param at where the other extensions end; what follows is zero
 * @throws StorageError if there is no room
 */
export function writeBackingName(store: ByteStore, head: Uint8Array, at: number, backing: BackingName): void {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const format = new TextEncoder().encode(backing.format);
  const file = new TextEncoder().encode(backing.file);
  const name = at + 8 + Math.ceil(format.length / 8) * 8 + 8;
  if (file.length > 1023 || name + file.length > head.length) {
    throw new StorageError(store, "the backing file's name is too long");
  }
  view.setUint32(at, BACKING_FORMAT);
  view.setUint32(at + 4, format.length);
  head.set(format, at + 8);
  head.set(file, name);
  view.setBigUint64(field.backingOffset, BigInt(name));
  view.setUint32(field.backingOffset + 8, file.length);
}

/**
 * The first cluster with another backing file, or without one. Other extensions stay.
 * @param head the first cluster of an image that has been read without errors
 * @throws StorageError if there is no room
 */
export function withBackingName(store: ByteStore, head: Uint8Array, backing: BackingName | undefined): Uint8Array {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const from = headerLength(view);
  const result = new Uint8Array(head.length);
  result.set(head.subarray(0, from));
  result.fill(0, field.backingOffset, field.backingOffset + 12);
  let at = from;
  for (const { type, bytes } of eachExtension(
    store,
    head,
    from,
    Number(view.getBigUint64(field.backingOffset)) || head.length,
  )) {
    if (type === BACKING_FORMAT) continue;
    new DataView(result.buffer).setUint32(at, type);
    new DataView(result.buffer).setUint32(at + 4, bytes.length);
    result.set(bytes, at + 8);
    at += 8 + Math.ceil(bytes.length / 8) * 8;
  }
  if (backing) writeBackingName(store, result, at, backing);
  return result;
}
