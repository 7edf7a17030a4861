import { type ByteStore, StorageError } from '../store.ts';

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

/** Neighbouring blocks that are kept alike: all of them without a place, or one after the other in the file. */
export interface BlockRun {
  /** That of the first one. */
  readonly place: BlockPlace;
  /** How many they are. */
  readonly blocks: number;
}

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
   * A block, and as many of the `most` from it on as are found to be kept alike. Those that have no place cost no time each:
   * an image can claim more of them than anybody can count.
   * @throws StorageError if the table of the first one is not right
   */
  run(block: number, most: number): Promise<BlockRun>;
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

/** Blocks without a place of their own, by what they read as. */
export const [ZERO, ABSENT]: readonly [BlockPlace, BlockPlace] = [{ kind: 'zero' }, { kind: 'absent' }];

/**
 * The run of a block in a table that is in memory. It ends before a block whose entry is not right.
 * @param most blocks that the table has from it on
 * @throws StorageError if its own entry is not right
 */
export function runInTable(
  { blockSize }: Pick<BlockMap, 'blockSize'>,
  block: number,
  most: number,
  placeOf: (block: number) => BlockPlace,
): BlockRun {
  const place = placeOf(block);
  let blocks = 1;
  try {
    while (blocks < most && continues(place, placeOf(block + blocks), blocks * blockSize)) blocks++;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
  return { place, blocks };
}

/** Whether a block, so many bytes further on, is kept as the first one goes on. */
function continues(first: BlockPlace, next: BlockPlace, distance: number): boolean {
  if (first.kind === 'data' && next.kind === 'data') return next.offset === first.offset + distance;
  return first.kind === next.kind && first.kind !== 'packed';
}
