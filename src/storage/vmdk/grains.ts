import {
  ABSENT,
  type BlockMap,
  type BlockPlace,
  type BlockRun,
  type NewPlace,
  runInTable,
  ZERO,
} from '../blocks/map.ts';
import type { Decompressor } from '../qcow2/compressed.ts';
import { type ByteStore, StorageError } from '../store.ts';
import type { Table } from '../table.ts';
import { TableCache } from '../table-cache.ts';
import type { TableMemory } from '../table-memory.ts';
import { directoryEntries, readHeader, type SparseHeader } from './header.ts';

const SECTOR = 512;
/** An entry of a grain that reads as zero, where the header allows that. */
const ZERO_GRAIN = 1;
/** Before compressed bytes: the grain's first sector on the disk (8 bytes) and their length (4). */
const MARKER_BYTES = 12;
/** Bytes of zlib's header before the compressed ones. */
const ZLIB_BYTES = 2;

/** A file with grains, and what it takes to read it. */
export interface GrainFile {
  readonly store: ByteStore;
  readonly decompressor: Decompressor;
  readonly tables: TableMemory;
}

/** Grains of a file, which a directory of tables finds; a second directory may have copies of the tables. */
export class GrainMap implements BlockMap {
  readonly format = 'vmdk';
  readonly store: ByteStore;
  readonly header: SparseHeader;
  readonly #directory: DataView;
  readonly #redundant: DataView | undefined;
  readonly #tables: TableCache;
  readonly #decompressor: Decompressor;
  /** Where the next grain comes. */
  #end: number;
  /** The last compressed grain: guests read less at once. */
  #last: { readonly grain: number; readonly offset: number; readonly bytes: Uint8Array } | undefined;

  private constructor(header: SparseHeader, directories: DataView[], { store, decompressor, tables }: GrainFile) {
    this.store = store;
    this.header = header;
    [this.#directory, this.#redundant] = directories as [DataView, DataView | undefined];
    this.#decompressor = decompressor;
    this.#end = Math.max(header.overhead, store.size);
    const tableBytes = header.tableEntries * 4;
    const readCluster = (offset: number, what: string) => readTable(store, offset, tableBytes, what);
    this.#tables = new TableCache({ store, clusterSize: tableBytes, memory: tables, readCluster }, 'grain table');
  }

  /** @throws StorageError if it is not right, or is to be written and cannot be */
  static async load(file: GrainFile): Promise<GrainMap> {
    const { store, tables } = file;
    const header = await readHeader(store);
    if (header.isCompressed && !store.isReadOnly)
      throw new StorageError(
        store,
        "is a compressed VMDK image (streamOptimized), which is only read; give snapshot=on, or make another one by 'image convert'",
      );
    // Who only reads needs no copy.
    const offsets = [header.directoryOffset, store.isReadOnly ? undefined : header.redundantOffset];
    const directories: DataView[] = [];
    for (const offset of offsets) {
      if (offset === undefined) continue;
      const bytes = tables.hold(store, directoryEntries(header) * 4);
      await store.read(offset, bytes);
      directories.push(new DataView(bytes.buffer));
    }
    checkRoom(store, header, directories[0]!);
    return new GrainMap(header, directories, file);
  }

  get size(): number {
    return this.header.size;
  }

  get blockSize(): number {
    return this.header.grainSize;
  }

  async place(grain: number): Promise<BlockPlace> {
    return (await this.run(grain, 1)).place;
  }

  /** As many grains as their table, or a gap between tables, has. */
  async run(grain: number, most: number): Promise<BlockRun> {
    const { tableEntries } = this.header;
    const index = Math.floor(grain / tableEntries);
    const table = await this.#tableOf(this.#directory, grain);
    if (table === undefined) {
      const blocks = Math.min(most, this.#nextTable(index, grain + most) * tableEntries - grain);
      return { place: ABSENT, blocks };
    }
    const left = (index + 1) * tableEntries - grain;
    return runInTable(this, grain, Math.min(most, left), (one) => this.#placeIn(table, one));
  }

  /** The index of the first table after one that is not there, or one behind all grains before `end`. */
  #nextTable(index: number, end: number): number {
    const { tableEntries } = this.header;
    let next = index + 1;
    while (next * tableEntries < end && this.#directory.getUint32(next * 4, true) === 0) next++;
    return next;
  }

  #placeIn(table: Table, grain: number): BlockPlace {
    const entry = table.view.getUint32((grain % this.header.tableEntries) * 4, true);
    if (entry === 0) return ABSENT;
    if (entry === ZERO_GRAIN && this.header.hasZeroGrains) return ZERO;
    const offset = entry * SECTOR;
    if (offset >= this.store.size)
      throw new StorageError(this.store, `says that grain ${grain} is at byte ${offset} of its ${this.store.size}`);
    if (!this.header.isCompressed) return { kind: 'data', offset };
    return { kind: 'packed', unpack: () => this.#unpack(grain, offset) };
  }

  /** The table that has a grain; undefined if there is none. */
  async #tableOf(directory: DataView, grain: number): Promise<Table | undefined> {
    const entry = directory.getUint32(Math.floor(grain / this.header.tableEntries) * 4, true);
    return entry === 0 ? undefined : await this.#tables.get(entry * SECTOR);
  }

  async #unpack(grain: number, offset: number): Promise<Uint8Array> {
    // Another grain's entry may lead to the same place, where it is refused.
    if (this.#last?.grain === grain && this.#last.offset === offset) return this.#last.bytes;
    const { grainSize } = this.header;
    const fail = (): never => {
      throw new StorageError(this.store, `its compressed grain ${grain} at byte ${offset} is damaged`);
    };
    const marker = new Uint8Array(MARKER_BYTES);
    if (offset + MARKER_BYTES > this.store.size) fail();
    await this.store.read(offset, marker);
    const view = new DataView(marker.buffer);
    const length = view.getUint32(8, true);
    const isRight = view.getBigUint64(0, true) === BigInt((grain * grainSize) / SECTOR) && length > ZLIB_BYTES;
    if (!isRight || length > 2 * grainSize + SECTOR || offset + MARKER_BYTES + length > this.store.size) fail();
    const packed = new Uint8Array(length);
    await this.store.read(offset + MARKER_BYTES, packed);
    const found = await this.#decompressor.deflate(packed.subarray(ZLIB_BYTES), grainSize).catch(fail);
    // The last grain may end with the disk.
    const bytes = new Uint8Array(grainSize);
    bytes.set(found);
    this.#last = { grain, offset, bytes };
    return bytes;
  }

  async reserve(grain: number): Promise<NewPlace> {
    if ((await this.#tableOf(this.#directory, grain)) === undefined)
      throw new StorageError(this.store, `has no table for grain ${grain}, which only another program could write`);
    const { grainSize } = this.header;
    const offset = Math.ceil(Math.max(this.#end, this.store.size) / grainSize) * grainSize;
    if (offset / SECTOR >= 2 ** 32) throw new StorageError(this.store, 'has no place for one more grain');
    this.#end = offset + grainSize;
    return { offset, isZero: true };
  }

  async set(grain: number, offset: number): Promise<void> {
    if (this.#tables.isCrowded) await this.commit();
    for (const directory of [this.#directory, this.#redundant]) {
      const table = directory && (await this.#tableOf(directory, grain));
      const at = (grain % this.header.tableEntries) * 4;
      table?.view.setUint32(at, offset / SECTOR, true);
      table?.touch(at, at + 4);
    }
  }

  async commit(): Promise<void> {
    await this.store.flush();
    if (this.#tables.dirty().length === 0) return;
    await this.#tables.writeDirty();
    await this.store.flush();
  }
}

async function readTable(store: ByteStore, offset: number, length: number, what: string): Promise<Uint8Array> {
  if (offset + length > store.size)
    throw new StorageError(store, `the ${what} at byte ${offset} is beyond the end of the file`);
  const bytes = new Uint8Array(length);
  await store.read(offset, bytes);
  return bytes;
}

/**
 * Checks that the file has room for as many tables as its directory names: one that is named for millions of them would let a
 * small file have more grains than anybody can look at.
 * @throws StorageError if it has not
 */
function checkRoom(store: ByteStore, { tableEntries }: SparseHeader, directory: DataView): void {
  let count = 0;
  // Those beyond the end are found when a grain of theirs is looked for.
  const last = (store.size - tableEntries * 4) / SECTOR;
  for (let at = 0; at < directory.byteLength; at += 4) {
    const entry = directory.getUint32(at, true);
    if (entry !== 0 && entry <= last) count++;
  }
  if (count * tableEntries * 4 <= store.size) return;
  throw new StorageError(store, `names ${count} tables of grains: more than its ${store.size} bytes have room for`);
}
