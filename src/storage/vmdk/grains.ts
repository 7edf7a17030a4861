import type { BlockMap, BlockPlace, NewPlace } from '../blocks/map.ts';
import type { Decompressor } from '../qcow2/compressed.ts';
import { type ByteStore, StorageError } from '../store.ts';
import type { Table } from '../table.ts';
import { TableCache } from '../table-cache.ts';
import { directoryEntries, readHeader, type SparseHeader } from './header.ts';

const SECTOR = 512;
/** An entry of a grain that reads as zero, where the header allows that. */
const ZERO_GRAIN = 1;
/** Before compressed bytes: the grain's first sector on the disk (8 bytes) and their length (4). */
const MARKER_BYTES = 12;
/** Bytes of zlib's header before the compressed ones. */
const ZLIB_BYTES = 2;

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
  #last: { readonly offset: number; readonly bytes: Uint8Array } | undefined;

  private constructor(store: ByteStore, header: SparseHeader, directories: DataView[], decompressor: Decompressor) {
    this.store = store;
    this.header = header;
    [this.#directory, this.#redundant] = directories as [DataView, DataView | undefined];
    this.#decompressor = decompressor;
    this.#end = Math.max(header.overhead, store.size);
    const tableBytes = header.tableEntries * 4;
    const readCluster = (offset: number, what: string) => readTable(store, offset, tableBytes, what);
    this.#tables = new TableCache({ store, clusterSize: tableBytes, readCluster }, 'grain table');
  }

  /** @throws StorageError if it is not right, or is to be written and cannot be */
  static async load(store: ByteStore, decompressor: Decompressor): Promise<GrainMap> {
    const header = await readHeader(store);
    if (header.isCompressed && !store.isReadOnly)
      throw new StorageError(
        store,
        "is a compressed VMDK image (streamOptimized), which is only read; give snapshot=on, or make another one by 'image convert'",
      );
    const { directoryOffset, redundantOffset } = header;
    const directories: DataView[] = [];
    for (const offset of [directoryOffset, redundantOffset]) {
      if (offset === undefined) continue;
      const bytes = new Uint8Array(directoryEntries(header) * 4);
      await store.read(offset, bytes);
      directories.push(new DataView(bytes.buffer));
    }
    return new GrainMap(store, header, directories, decompressor);
  }

  get size(): number {
    return this.header.size;
  }

  get blockSize(): number {
    return this.header.grainSize;
  }

  async place(grain: number): Promise<BlockPlace> {
    const table = await this.#tableOf(this.#directory, grain);
    const entry = table?.view.getUint32((grain % this.header.tableEntries) * 4, true) ?? 0;
    if (entry === 0) return { kind: 'absent' };
    if (entry === ZERO_GRAIN && this.header.hasZeroGrains) return { kind: 'zero' };
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
    if (this.#last?.offset === offset) return this.#last.bytes;
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
    this.#last = { offset, bytes };
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
