import type { ByteStore } from './store.ts';
import { Table } from './table.ts';
import type { TableMemory } from './table-memory.ts';

/** How many bytes of tables stay in memory, and how many tables at least and at most. */
const CACHE_BYTES = 4 << 20;
const FEWEST = 8;
const MOST = 256;

/** The file that tables are in. */
export interface TableFile {
  readonly store: ByteStore;
  /** Bytes of a table. */
  readonly clusterSize: number;
  /** The memory that its tables are counted in. */
  readonly memory: TableMemory;
  /**
   * @param what what messages call such a table
   * @throws StorageError if it is not there
   */
  readCluster(offset: number, what: string): Promise<Uint8Array>;
}

/**
 * Tables of one size each. Of those that the file has too, the ones used longest ago are dropped; the others stay until
 * they were written. Whoever changes tables asks {@link isCrowded} before, and has them written.
 */
export class TableCache {
  readonly #file: TableFile;
  readonly #what: string;
  readonly #capacity: number;
  readonly #tables = new Map<number, Table>();

  /** @param what what messages call such a table */
  constructor(file: TableFile, what: string) {
    this.#file = file;
    this.#what = what;
    this.#capacity = Math.min(MOST, Math.max(FEWEST, CACHE_BYTES / file.clusterSize));
  }

  /** More tables wait to be written than should. */
  get isCrowded(): boolean {
    return this.dirty().length > this.#capacity / 2;
  }

  /** The table at an offset of the file. To be changed before anything else is awaited: it may be dropped then. */
  async get(offset: number): Promise<Table> {
    const known = this.#tables.get(offset);
    if (known) {
      this.#tables.delete(offset);
      this.#tables.set(offset, known);
      return known;
    }
    return this.#keep(new Table(offset, await this.#file.readCluster(offset, this.#what)));
  }

  /** A new table, which the file doesn't have. */
  add(offset: number, bytes: Uint8Array): Table {
    const table = this.#keep(new Table(offset, bytes));
    table.touch(0, bytes.length);
    return table;
  }

  /** Forgets a table whose cluster becomes free. */
  drop(offset: number): void {
    if (this.#tables.delete(offset)) this.#file.memory.release(this.#file.clusterSize);
  }

  /** Drops the table that was used longest ago, of those that the file has too; gives its bytes. */
  evict(): number {
    for (const [offset, table] of this.#tables) {
      if (table.isDirty) continue;
      this.drop(offset);
      return this.#file.clusterSize;
    }
    return 0;
  }

  dirty(): Table[] {
    return [...this.#tables.values()].filter((table) => table.isDirty);
  }

  async writeDirty(): Promise<void> {
    for (const table of this.dirty().sort((a, b) => a.offset - b.offset)) await table.writeTo(this.#file.store);
  }

  #keep(table: Table): Table {
    this.drop(table.offset);
    if (this.#tables.size >= this.#capacity) this.evict();
    this.#file.memory.keep(this, this.#file.clusterSize);
    this.#tables.set(table.offset, table);
    return table;
  }
}
