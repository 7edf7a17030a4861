import type { ByteStore } from '../store.ts';

/** Where the contents of a block are. */
export type BlockPlace =
  /** At an offset of the image's store, as they read. */
  | { readonly kind: 'data'; readonly offset: number }
  /** Zeros, which take no place. */
  | { readonly kind: 'zero' }
  /** In what the image stands on; zeros where it stands on nothing. */
  | { readonly kind: 'absent' }
  /** Compressed. */
  | { readonly kind: 'packed'; unpack(): Promise<Uint8Array> };

/** A place in the file that a block is given. */
export interface NewPlace {
  readonly offset: number;
  /** Nothing was there before: it reads as zero. */
  readonly isZero: boolean;
}

/** The formats' part of a disk whose image has blocks of one size, and tables that say where they are. */
export interface BlockMap {
  readonly format: string;
  readonly store: ByteStore;
  /** Bytes of the disk. */
  readonly size: number;
  /** Bytes that are kept together; the disk may end within the last block. */
  readonly blockSize: number;
  /** @throws StorageError if a table is not right */
  place(block: number): Promise<BlockPlace>;
  /**
   * Takes a place for a block that has none.
   * @throws StorageError if it cannot be
   */
  reserve(block: number): Promise<NewPlace>;
  /** Says that the contents of a block are there. The file says so when `commit` has been called. */
  set(block: number, offset: number): Promise<void>;
  /** Writes what has changed in tables; what they point to is in the file before. */
  commit(): Promise<void>;
}
