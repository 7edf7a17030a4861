import type { StorageError } from '../store.ts';
import { getEntry, setEntry, Table } from '../table.ts';
import { TableCache } from '../table-cache.ts';
import { field, MOST_REFCOUNT_TABLE } from './header.ts';
import type { ImageFile } from './image-file.ts';
import { countRange, getCount, setCount } from './refcount-bits.ts';

/**
 * How often each cluster of the file is in use, and which are free. A table has the places of blocks, and these have the
 * counts. What is changed stays in memory until {@link write}.
 */
export class Refcounts {
  readonly blocks: TableCache;
  readonly countsPerBlock: number;
  readonly #file: ImageFile;
  #table: Table;
  /** The table outgrew its clusters: it has new ones, which the header doesn't know yet. */
  #hasMoved = false;
  /** No cluster before this one is free. */
  #firstFree = 0;
  /** Where the last compressed data ended, as long as the rest of its cluster may be used for more; or 0. */
  #nextByte = 0;
  /** Says whether a cluster holds metadata: one that has the count 0 all the same would be given away. */
  readonly #isMetadata: (offset: number) => boolean;

  private constructor(file: ImageFile, table: Table, isMetadata: (offset: number) => boolean) {
    this.#file = file;
    this.#table = table;
    this.#isMetadata = isMetadata;
    this.blocks = new TableCache(file, 'refcount block');
    this.countsPerBlock = (file.clusterSize * 8) / 2 ** file.header.refcountOrder;
  }

  static async load(file: ImageFile, isMetadata: (offset: number) => boolean): Promise<Refcounts> {
    const { refcountTableOffset, refcountTableClusters } = file.header;
    const table = await file.holdTable(refcountTableOffset, refcountTableClusters * file.clusterSize);
    return new Refcounts(file, table, isMetadata);
  }

  /** How many blocks the table has place for. */
  get tableEntries(): number {
    return this.#table.bytes.length / 8;
  }

  /** Where a block is; 0: there is none, all its clusters are free. */
  blockOffset(index: number): number {
    if (index >= this.tableEntries) return 0;
    const { high, low } = getEntry(this.#table, index);
    return high * 2 ** 32 + (low - (low % 512));
  }

  async get(cluster: number): Promise<number> {
    const offset = this.blockOffset(Math.floor(cluster / this.countsPerBlock));
    if (offset === 0) return 0;
    const block = await this.blocks.get(offset);
    return getCount(block.view, this.#file.header.refcountOrder, cluster % this.countsPerBlock);
  }

  /** Whether a cluster can have a count: there is a block for it, with bits enough. */
  canHold(cluster: number, count: number): boolean {
    return this.blockOffset(Math.floor(cluster / this.countsPerBlock)) !== 0 && this.#hasRoom(count - 1);
  }

  /** Sets a count. The block for it must be there. */
  async set(cluster: number, count: number): Promise<void> {
    const offset = this.blockOffset(Math.floor(cluster / this.countsPerBlock));
    this.#setIn(await this.blocks.get(offset), cluster, count);
  }

  /** Takes free clusters in a row; returns the offset of the first. */
  async allocate(count = 1): Promise<number> {
    let start = this.#firstFree;
    for (let index = start; index - start < count; ) {
      if (await this.#makeBlock(index)) start = ++index;
      else ({ start, index } = await this.#extend(start, index, count));
    }
    for (let index = start; index < start + count; index++) await this.set(index, 1);
    if (count === 1) this.#firstFree = start + 1;
    return start * this.#file.clusterSize;
  }

  /** Takes bytes for compressed data, at most a cluster; a cluster holds several. Returns their offset. */
  async allocateBytes(length: number): Promise<number> {
    const { clusterSize } = this.#file;
    const offset = this.#nextByte;
    const rest = (clusterSize - (offset % clusterSize)) % clusterSize;
    if (rest === 0 || !(await this.#canShare(offset))) return this.#startBytes(await this.allocate(), length);
    // What is longer than the rest goes on in the next cluster, if that is free.
    const next = length > rest ? await this.allocate() : undefined;
    if (next !== undefined && next !== offset + rest) return this.#startBytes(next, length);
    await this.addUses(offset, 1);
    return this.#startBytes(offset, length);
  }

  #startBytes(offset: number, length: number): number {
    this.#nextByte = offset + length;
    return offset;
  }

  async #canShare(offset: number): Promise<boolean> {
    return this.#hasRoom(await this.get(Math.floor(offset / this.#file.clusterSize)));
  }

  #hasRoom(count: number): boolean {
    return count < 2 ** (2 ** this.#file.header.refcountOrder) - 1;
  }

  /** @throws StorageError if a cluster that bytes are in cannot have one use more */
  async checkRoom(offset: number, bytes: number): Promise<void> {
    for (const cluster of this.#clusters(offset, bytes)) {
      const count = await this.get(cluster);
      if (count === 0) throw this.#unused(cluster);
      if (!this.#hasRoom(count))
        throw this.#file.error(
          `its reference counts have only ${2 ** this.#file.header.refcountOrder} bits: it can have no more snapshots`,
        );
    }
  }

  /** Counts one use more of each cluster that bytes are in. */
  async addUses(offset: number, bytes: number): Promise<void> {
    for (const cluster of this.#clusters(offset, bytes)) {
      await this.checkRoom(cluster * this.#file.clusterSize, 1);
      await this.set(cluster, (await this.get(cluster)) + 1);
    }
  }

  #clusters(offset: number, bytes: number): number[] {
    const first = Math.floor(offset / this.#file.clusterSize);
    const end = Math.ceil((offset + bytes) / this.#file.clusterSize);
    return Array.from({ length: end - first }, (_, n) => first + n);
  }

  #unused(cluster: number): StorageError {
    return this.#file.error(`a cluster in use (${cluster}) has the reference count 0; check the image`);
  }

  /** Counts one use less of each cluster that bytes are in. */
  async release(offset: number, bytes: number): Promise<void> {
    for (const cluster of this.#clusters(offset, bytes)) {
      const count = await this.get(cluster);
      if (count === 0) throw this.#unused(cluster);
      await this.set(cluster, count - 1);
      if (count > 1) continue;
      this.#firstFree = Math.min(this.#firstFree, cluster);
      this.#nextByte = 0;
    }
  }

  /**
   * Writes what was changed: blocks, then the table that points to them, then the header that points to the table.
   * @param free gets the offset and length of a table that is no longer in use
   */
  async write(free: (range: readonly [number, number]) => void): Promise<void> {
    const { store, header } = this.#file;
    await this.blocks.writeDirty();
    if (!this.#table.isDirty && !this.#hasMoved) return;
    await store.flush();
    await this.#table.writeTo(store);
    if (!this.#hasMoved) return;
    await store.flush();
    const old = [header.refcountTableOffset, header.refcountTableClusters * this.#file.clusterSize] as const;
    await this.#writeHeader();
    this.#hasMoved = false;
    free(old);
  }

  async #writeHeader(): Promise<void> {
    const { store, header, clusterSize } = this.#file;
    const clusters = this.#table.bytes.length / clusterSize;
    const view = new DataView(new ArrayBuffer(12));
    view.setBigUint64(0, BigInt(this.#table.offset));
    view.setUint32(8, clusters);
    await store.write(field.refcountTable, new Uint8Array(view.buffer));
    header.refcountTableOffset = this.#table.offset;
    header.refcountTableClusters = clusters;
  }

  #setIn(block: Table, cluster: number, count: number): void {
    const index = cluster % this.countsPerBlock;
    setCount(block.view, this.#file.header.refcountOrder, index, count);
    block.touch(...countRange(this.#file.header.refcountOrder, index));
  }

  /** Goes on with a row of free clusters within a block. */
  async #extend(start: number, index: number, count: number): Promise<{ start: number; index: number }> {
    const blockIndex = Math.floor(index / this.countsPerBlock);
    const { view } = await this.blocks.get(this.blockOffset(blockIndex));
    const end = (blockIndex + 1) * this.countsPerBlock;
    while (index < end && index - start < count) {
      const isFree = getCount(view, this.#file.header.refcountOrder, index % this.countsPerBlock) === 0;
      if (isFree) this.#checkFree(index);
      index++;
      if (!isFree) start = index;
    }
    return { start, index };
  }

  #checkFree(cluster: number): void {
    const offset = cluster * this.#file.clusterSize;
    if (!this.#isMetadata(offset)) return;
    throw this.#file.error(`metadata at offset 0x${offset.toString(16)} has the reference count 0; check the image`);
  }

  /** Makes the block that counts a cluster, in that cluster, if there is none yet. Returns whether it did. */
  async #makeBlock(cluster: number): Promise<boolean> {
    const blockIndex = Math.floor(cluster / this.countsPerBlock);
    if (this.blockOffset(blockIndex) !== 0) return false;
    if (blockIndex >= this.tableEntries) await this.#growTable(blockIndex);
    if (this.blockOffset(blockIndex) !== 0) return false;
    this.#checkFree(cluster);
    const offset = cluster * this.#file.clusterSize;
    this.#setIn(this.blocks.add(offset, new Uint8Array(this.#file.clusterSize)), cluster, 1);
    setEntry(this.#table, blockIndex, { high: Math.floor(offset / 2 ** 32), low: offset % 2 ** 32 });
    return true;
  }

  /** The larger table is in memory first: its own clusters may already need what it has place for. */
  async #growTable(blockIndex: number): Promise<void> {
    const { clusterSize } = this.#file;
    const clusters = Math.ceil((Math.floor(blockIndex * 1.5) + 8) / (clusterSize / 8));
    if (clusters * clusterSize > MOST_REFCOUNT_TABLE) throw this.#file.error('is too large for its cluster size');
    const bytes = new Uint8Array(clusters * clusterSize);
    bytes.set(this.#table.bytes);
    const previous = this.#table;
    this.#table = new Table(previous.offset, bytes);
    const offset = await this.allocate(clusters);
    this.#table = new Table(offset, bytes);
    this.#table.touch(0, bytes.length);
    this.#hasMoved = true;
  }
}
