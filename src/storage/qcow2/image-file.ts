import { type ByteStore, readPadded, StorageError } from '../store.ts';
import { Table } from '../table.ts';
import { TableMemory } from '../table-memory.ts';
import type { Header } from './header.ts';

/** The file of an image, in clusters. */
export class ImageFile {
  readonly store: ByteStore;
  readonly header: Header;
  readonly clusterSize: number;
  /** The memory for its tables. */
  readonly memory: TableMemory;

  constructor(store: ByteStore, header: Header, memory = new TableMemory()) {
    this.store = store;
    this.memory = memory;
    this.header = header;
    this.clusterSize = 2 ** header.clusterBits;
  }

  /** @throws StorageError if a cluster cannot be there */
  checkCluster(offset: number, what: string): void {
    const place = `the ${what} at offset 0x${offset.toString(16)}`;
    if (offset % this.clusterSize !== 0) throw this.error(`${place} is not aligned to clusters`);
    if (offset >= this.store.size) throw this.error(`${place} is beyond the end of the file`);
    if (offset === 0) throw this.error(`${place} would be where the header is`);
  }

  /** A cluster of metadata. */
  async readCluster(offset: number, what: string): Promise<Uint8Array> {
    this.checkCluster(offset, what);
    const bytes = new Uint8Array(this.clusterSize);
    await this.readPadded(offset, bytes);
    return bytes;
  }

  /** An L1 table, which is needed once. */
  async readTable(offset: number, entries: number): Promise<Table> {
    return await this.#filled(offset, new Uint8Array(entries * 8));
  }

  /**
   * A table that stays in memory as long as the image is open.
   * @throws StorageError if there is no memory for it
   */
  async holdTable(offset: number, bytes: number): Promise<Table> {
    return await this.#filled(offset, this.memory.hold(this.store, bytes));
  }

  async #filled(offset: number, bytes: Uint8Array): Promise<Table> {
    await this.store.read(offset, bytes);
    return new Table(offset, bytes);
  }

  /** Reads from a place within the file. A file may end within its last cluster: what is missing is zero. */
  async readPadded(offset: number, target: Uint8Array): Promise<void> {
    await readPadded(this.store, offset, target);
  }

  /** Changes the header when all that was written before is in the file; returns when that is, too. */
  async writeHeaderField(offset: number, bytes: Uint8Array): Promise<void> {
    await this.store.flush();
    await this.store.write(offset, bytes);
    await this.store.flush();
  }

  /** An error about this image. */
  error(problem: string): StorageError {
    return new StorageError(this.store, problem);
  }
}
