import { ConfigurationError } from '../util/errors.ts';
import { printable } from '../util/printable.ts';

/**
 * Bytes that a host keeps: a file, memory, something over a network. Formats of disk images are filters on it, so that a
 * host binds just this. Offsets and sizes are in bytes. Whatever fails is a {@link StorageError}.
 */
export interface ByteStore {
  /** How messages call it, such as the path of a file. */
  readonly name: string;
  /** An identity that two stores share if they hold the same bytes, whatever their names are. */
  readonly identity: string;
  readonly isReadOnly: boolean;
  readonly size: number;
  /** Fills the target. Bytes beyond the end are an error. */
  read(offset: number, target: Uint8Array): Promise<void>;
  /** Writes all of the source; the store grows where that goes beyond the end. */
  write(offset: number, source: Uint8Array): Promise<void>;
  /** Cuts, or adds zeros. */
  resize(size: number): Promise<void>;
  /** Returns when all that was written before stays there, even if the host loses its power. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Nobody waits for what is read any more: reads that would take long fail. Missing: none does. */
  abandon?(): void;
  /** Whether the host keeps nothing for a place, which reads as zero then, and for how many bytes from there. Missing: nobody can tell. */
  allocation?(offset: number): Allocation;
  /** Another text after each change of what it holds, whoever makes it. Missing: nobody can tell. */
  version?(): Promise<string>;
}

/** Whether bytes of a store take place at the host. */
export interface Allocation {
  readonly isHole: boolean;
  /** Bytes for which this is so, at least 1 within the store. */
  readonly length: number;
}

/** The facts that tell an image from others, and from itself after a change. */
export interface ImageIdentity {
  /** The file's name without its folder, for messages. */
  readonly file: string;
  readonly format: string;
  /** Bytes of the file. */
  readonly bytes: number;
  /** {@link ByteStore.version}; empty: nobody can tell. */
  readonly version: string;
}

/** The identity of the image in a store. */
export async function identityOf(store: ByteStore, format: string): Promise<ImageIdentity> {
  const file = store.name.split(/[\\/]/).at(-1)!;
  return { file, format, bytes: store.size, version: (await store.version?.()) ?? '' };
}

/** An image as a machine sees it: sectors without format. Calls may overlap; they take effect in their order. */
export interface Disk {
  readonly name: string;
  readonly format: string;
  readonly isReadOnly: boolean;
  /** Bytes. */
  readonly size: number;
  read(offset: number, target: Uint8Array): Promise<void>;
  write(offset: number, source: Uint8Array): Promise<void>;
  /** Makes bytes read as zero, without keeping zeros where the format can do that. */
  zero(offset: number, length: number): Promise<void>;
  /** The guest doesn't need these bytes any more. They read as zero, or as they were. */
  discard(offset: number, length: number): Promise<void>;
  /**
   * How many bytes from here on, up to `most`, are known to be zero without a look at them; 0 where that isn't known. More
   * may follow.
   */
  zeroRun(offset: number, most: number): Promise<number>;
  /** Returns when all that was written before stays there. */
  flush(): Promise<void>;
  /**
   * Flushes, and leaves nothing for `close` to write.
   * @returns the images that the disk stands on, the uppermost first
   */
  settle(): Promise<readonly ImageIdentity[]>;
  /** Nobody waits for what is read any more: reads from elsewhere, as from a web server, fail. Writes go on. */
  abandon(): void;
  /** Flushes and lets go of the stores below. */
  close(): Promise<void>;
}

/** Something is wrong with an image or with the store that holds it. The message begins with its name. */
export class StorageError extends ConfigurationError {
  /** @param store what the message begins with */
  constructor(store: { readonly name: string }, problem: string, options?: ErrorOptions) {
    super(printable(`${store.name}: ${problem}`));
    this.cause = options?.cause;
  }
}

/** Somebody else has the image. */
export class InUseError extends StorageError {}

/** @throws StorageError if a request isn't within the disk, or not whole bytes */
export function checkRange(
  disk: { readonly name: string; readonly size: number },
  offset: number,
  length: number,
): void {
  const isInside = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (isInside && offset + length <= disk.size) return;
  throw new StorageError(disk, `bytes ${offset} to ${offset + length} are not within its ${disk.size} bytes`);
}

/** Reads bytes of a store or disk that may end before them: zeros stand for what is missing. */
export async function readPadded(
  source: Pick<ByteStore, 'size' | 'read'>,
  offset: number,
  target: Uint8Array,
): Promise<void> {
  const there = Math.max(0, Math.min(target.length, source.size - offset));
  target.fill(0, there);
  if (there > 0) await source.read(offset, target.subarray(0, there));
}

/** @throws StorageError if a disk or store can only be read */
export function checkWritable(disk: { readonly name: string; readonly isReadOnly: boolean }): void {
  if (disk.isReadOnly) throw new StorageError(disk, 'is open for reading only');
}
