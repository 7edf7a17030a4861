import { ClusterMap } from './cluster-map.ts';
import type { ImageFile } from './image-file.ts';
import { Refcounts } from './refcounts.ts';

/** Freed ranges that may wait for their commit. */
const MOST_WAITING = 1024;

/**
 * The metadata of an image's clusters, and the order in which it gets to the file, so that the file is right whenever the host
 * stops:
 *
 * 1. A cluster counts as used before anything points to it, and its contents are in the file before that.
 * 2. A table is in the file before anything points to it.
 * 3. A cluster counts as free, and may be used again, after nothing points to it any more.
 *
 * So clusters may be left that nothing uses, but none is used twice.
 */
export class Metadata {
  readonly file: ImageFile;
  readonly map: ClusterMap;
  readonly refcounts: Refcounts;
  /** Where tables and blocks were when the image was opened, as long as they are there. */
  readonly #tables: Set<number>;
  readonly #freed: (readonly [number, number])[] = [];

  private constructor(file: ImageFile, map: ClusterMap, refcounts: Refcounts, tables: Set<number>) {
    this.file = file;
    this.map = map;
    this.refcounts = refcounts;
    this.#tables = tables;
  }

  /**
   * @param state whether tables may overlap, as where an image is only checked
   * @throws StorageError if tables overlap
   */
  static async load(file: ImageFile, state: 'sound' | 'broken'): Promise<Metadata> {
    const tables = new Set<number>();
    const map = await ClusterMap.load(file);
    const refcounts = await Refcounts.load(file, (offset) => isMetadata(file, tables, offset));
    if (state === 'sound') collectTables(file, map, refcounts, tables);
    return new Metadata(file, map, refcounts, tables);
  }

  /** Whether so much waits to be written that a commit should come first. */
  get isCrowded(): boolean {
    return this.#freed.length >= MOST_WAITING || this.map.tables.isCrowded || this.refcounts.blocks.isCrowded;
  }

  /** Says that nothing points to bytes of the file any more. Their clusters are free after the next commit. */
  readonly free = (range: readonly [number, number]): void => {
    this.#freed.push(range);
    this.#tables.delete(range[0]);
  };

  /** @throws StorageError if data would overwrite metadata */
  checkData(offset: number): void {
    if (!isMetadata(this.file, this.#tables, offset)) return;
    throw this.file.error(`data at offset 0x${offset.toString(16)} would be written over metadata; check the image`);
  }

  /** Returns when all that was written before stays in the file. What fails is tried again by the next commit. */
  async commit(): Promise<void> {
    const { store } = this.file;
    const { tables, l1 } = this.map;
    await this.refcounts.write(this.free);
    if (l1.isDirty || tables.dirty().length > 0) {
      await store.flush();
      await tables.writeDirty();
    }
    if (l1.isDirty) {
      await store.flush();
      await l1.writeTo(store);
    }
    await store.flush();
    await this.#release();
  }

  async #release(): Promise<void> {
    while (this.#freed.length > 0) {
      const [offset, bytes] = this.#freed.pop()!;
      await this.refcounts.release(offset, bytes);
    }
    await this.refcounts.blocks.writeDirty();
  }
}

function isMetadata(file: ImageFile, tables: ReadonlySet<number>, offset: number): boolean {
  return (
    tables.has(offset) ||
    fixedRanges(file).some(([from, bytes]) => offset + file.clusterSize > from && offset < from + bytes)
  );
}

/** Where metadata is that isn't in tables of one cluster: offset, bytes. */
function fixedRanges({ header, clusterSize }: ImageFile): readonly (readonly [number, number])[] {
  return [
    [0, clusterSize],
    [header.l1Offset, header.l1Size * 8],
    [header.refcountTableOffset, header.refcountTableClusters * clusterSize],
    [header.snapshotsOffset, header.snapshotCount > 0 ? clusterSize : 0],
  ];
}

function collectTables(file: ImageFile, map: ClusterMap, refcounts: Refcounts, tables: Set<number>): void {
  const add = (offset: number, what: string): void => {
    file.checkCluster(offset, what);
    const overlaps = isMetadata(file, tables, offset);
    if (overlaps)
      throw file.error(`the ${what} at offset 0x${offset.toString(16)} overlaps other metadata; check the image`);
    tables.add(offset);
  };
  for (const offset of map.tableOffsets()) add(offset, 'L2 table');
  for (let index = 0; index < refcounts.tableEntries; index++) {
    const offset = refcounts.blockOffset(index);
    if (offset !== 0) add(offset, 'refcount block');
  }
}
