import { type Entry, getEntry, setEntry, type Table } from '../table.ts';
import { TableCache } from '../table-cache.ts';
import type { ImageFile } from './image-file.ts';
import { decodeEntry, entryOffset, isOwnEntry, type Mapping, ownEntry, UNALLOCATED } from './mapping.ts';
import type { Refcounts } from './refcounts.ts';

/** Neighbouring clusters of the disk that are found in the same way, one after the other in the file if they are data. */
export interface Run {
  readonly mapping: Mapping;
  /** Bytes from the place that was asked for. */
  readonly length: number;
}

/** From clusters of the disk to clusters of the file: the L1 table, which is in memory, and the L2 tables. */
export class ClusterMap {
  readonly tables: TableCache;
  readonly #file: ImageFile;
  #l1: Table;
  readonly #entriesPerTable: number;

  private constructor(file: ImageFile, l1: Table) {
    this.#file = file;
    this.#l1 = l1;
    this.tables = new TableCache(file, 'L2 table');
    this.#entriesPerTable = file.clusterSize / 8;
  }

  static async load(file: ImageFile): Promise<ClusterMap> {
    return ClusterMap.of(file, await file.holdTable(file.header.l1Offset, file.header.l1Size * 8));
  }

  /** The map of an L1 table, such as that of a snapshot. */
  static of(file: ImageFile, l1: Table): ClusterMap {
    return new ClusterMap(file, l1);
  }

  /** The L1 table. After {@link replaceL1} it is another one. */
  get l1(): Table {
    return this.#l1;
  }

  replaceL1(table: Table): void {
    this.#l1 = table;
  }

  /** Offsets of the L2 tables in use. */
  *tableOffsets(): Generator<number> {
    for (let index = 0; index < this.#l1.bytes.length / 8; index++) {
      const offset = entryOffset(getEntry(this.#l1, index));
      if (offset !== 0) yield offset;
    }
  }

  /** How a place of the disk, and what follows it up to `most` bytes, is found. */
  async run(offset: number, most: number): Promise<Run> {
    const { clusterSize } = this.#file;
    const cluster = Math.floor(offset / clusterSize);
    const within = offset % clusterSize;
    const index = cluster % this.#entriesPerTable;
    const wanted = Math.ceil((within + most) / clusterSize);
    const limit = Math.min(this.#entriesPerTable - index, wanted);
    const tableOffset = entryOffset(this.#l1Entry(cluster));
    if (tableOffset === 0) {
      const clusters = this.#nextTable(cluster, cluster + wanted) - cluster;
      return { mapping: { kind: 'unallocated' }, length: Math.min(most, clusters * clusterSize - within) };
    }
    const table = await this.tables.get(tableOffset);
    const mapping = decodeEntry(this.#file, getEntry(table, index));
    let count = 1;
    while (count < limit && this.#continues(mapping, decodeEntry(this.#file, getEntry(table, index + count)), count))
      count++;
    return { mapping, length: Math.min(most, count * clusterSize - within) };
  }

  /** The first cluster of the first table after one that is not there, or one behind all clusters before `end`. */
  #nextTable(cluster: number, end: number): number {
    const isMissing = (next: number) => {
      const { high, low } = this.#l1Entry(next);
      return high === 0 && low === 0;
    };
    let next = cluster - (cluster % this.#entriesPerTable) + this.#entriesPerTable;
    while (next < end && isMissing(next)) next += this.#entriesPerTable;
    return next;
  }

  /** Sets where a cluster of the disk is; the table for it is made, or copied from one that a snapshot shares. */
  async set(
    cluster: number,
    entry: Entry,
    refcounts: Refcounts,
    free: (range: readonly [number, number]) => void,
  ): Promise<void> {
    const offset = await this.#ownTable(cluster, refcounts, free);
    setEntry(await this.tables.get(offset), cluster % this.#entriesPerTable, entry);
  }

  async #ownTable(
    cluster: number,
    refcounts: Refcounts,
    free: (range: readonly [number, number]) => void,
  ): Promise<number> {
    const { clusterSize } = this.#file;
    const l1Entry = this.#l1Entry(cluster);
    const old = entryOffset(l1Entry);
    if (old !== 0 && isOwnEntry(l1Entry)) return old;
    const bytes = old === 0 ? new Uint8Array(clusterSize) : (await this.tables.get(old)).bytes.slice();
    const offset = await refcounts.allocate();
    this.tables.add(offset, bytes);
    setEntry(this.#l1, Math.floor(cluster / this.#entriesPerTable), ownEntry(offset));
    if (old !== 0) {
      this.tables.drop(old);
      free([old, clusterSize]);
    }
    return offset;
  }

  #l1Entry(cluster: number): Entry {
    const index = Math.floor(cluster / this.#entriesPerTable);
    const entry = index * 8 < this.#l1.bytes.length ? getEntry(this.#l1, index) : UNALLOCATED;
    if ((entry.high & 0x7f000000) !== 0 || (entry.low & 0x1ff) !== 0) {
      throw this.#file.error(`entry ${index} of the L1 table has reserved bits`);
    }
    return entry;
  }

  #continues(first: Mapping, next: Mapping, distance: number): boolean {
    if (first.kind !== next.kind || first.kind === 'compressed') return false;
    if (first.kind !== 'data' || next.kind !== 'data') return true;
    return next.offset === first.offset + distance * this.#file.clusterSize && next.isOwn === first.isOwn;
  }
}
