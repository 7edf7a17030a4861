import { BlockDisk } from '../blocks/disk.ts';
import { type BlockMap, type BlockPlace, type BlockRun, type NewPlace, runInTable, ZERO } from '../blocks/map.ts';
import { PlainMap } from '../blocks/plain-map.ts';
import type { OpenedImage } from '../formats.ts';
import { type ByteStore, type Disk, StorageError } from '../store.ts';
import { Table } from '../table.ts';
import { TableMemory } from '../table-memory.ts';
import {
  DiskType,
  type DynamicHeader,
  FOOTER_BYTES,
  type Footer,
  HEADER_BYTES,
  newDynamicHeader,
  newFooter,
  readDynamicHeader,
  readFooter,
} from './footer.ts';

const SECTOR = 512;
/** A block that has no place. */
const UNUSED = 0xffffffff;

/** Opens Microsoft's image of Virtual PC and of the first Hyper-V. */
export async function openVhd({ store, tables }: Pick<OpenedImage, 'store' | 'tables'>): Promise<Disk> {
  const footer = await readFooter(store);
  if (footer.type === DiskType.fixed) return new BlockDisk(new PlainMap('vpc', store, footer.size));
  if (footer.type === DiskType.differencing)
    throw new StorageError(store, 'is a difference to another VHD image, which is not supported; merge them before');
  if (footer.type !== DiskType.dynamic)
    throw new StorageError(store, `is a VHD image of an unknown type, ${footer.type}`);
  return new BlockDisk(await DynamicMap.load(store, footer, tables));
}

/** Where blocks are, each after a bitmap of its sectors; the footer follows the last one. */
class DynamicMap implements BlockMap {
  readonly format = 'vpc';
  readonly store: ByteStore;
  readonly size: number;
  readonly blockSize: number;
  readonly #footer: Uint8Array;
  readonly #table: Table;
  /** The first byte that no table and no block has. */
  readonly #dataOffset: number;
  readonly #bitmapBytes: number;
  /** The place of the footer, which is that of the next block. */
  #end: number;

  private constructor(store: ByteStore, footer: Footer, header: DynamicHeader, table: Table) {
    this.store = store;
    this.size = footer.size;
    this.blockSize = header.blockSize;
    this.#footer = footer.bytes;
    this.#table = table;
    this.#bitmapBytes = Math.ceil(header.blockSize / SECTOR / 8 / SECTOR) * SECTOR;
    this.#dataOffset = Math.max(header.tableOffset + table.bytes.length, footer.headerOffset + HEADER_BYTES);
    this.#end = this.#endOfBlocks();
  }

  static async load(store: ByteStore, footer: Footer, tables: TableMemory): Promise<DynamicMap> {
    const header = await readDynamicHeader(store, footer);
    const bytes = tables.hold(store, header.entries * 4);
    await store.read(header.tableOffset, bytes);
    return new DynamicMap(store, footer, header, new Table(header.tableOffset, bytes));
  }

  #endOfBlocks(): number {
    let end = Math.ceil(this.#dataOffset / SECTOR) * SECTOR;
    for (let at = 0; at < this.#table.bytes.length; at += 4) {
      const entry = this.#table.view.getUint32(at);
      if (entry !== UNUSED) end = Math.max(end, entry * SECTOR + this.#bitmapBytes + this.blockSize);
    }
    return end;
  }

  async place(block: number): Promise<BlockPlace> {
    return this.#placeOf(block);
  }

  async run(block: number, most: number): Promise<BlockRun> {
    return runInTable(this, block, most, this.#placeOf);
  }

  readonly #placeOf = (block: number): BlockPlace => {
    const entry = this.#table.view.getUint32(block * 4);
    if (entry === UNUSED) return ZERO;
    const offset = entry * SECTOR;
    if (offset < this.#dataOffset || offset >= this.store.size)
      throw new StorageError(this.store, `says that block ${block} is at byte ${offset} of its ${this.store.size}`);
    return { kind: 'data', offset: offset + this.#bitmapBytes };
  };

  async reserve(): Promise<NewPlace> {
    const start = this.#end;
    const offset = start + this.#bitmapBytes;
    if (start / SECTOR >= UNUSED) throw new StorageError(this.store, 'has no place for one more block');
    // The bitmap says that all sectors are there; the footer, which was at its place, is written anew by `commit`.
    const isZero = offset >= this.store.size || start + FOOTER_BYTES >= this.store.size;
    await this.store.write(start, new Uint8Array(this.#bitmapBytes).fill(0xff));
    this.#end = offset + this.blockSize;
    return { offset, isZero };
  }

  async set(block: number, offset: number): Promise<void> {
    this.#table.view.setUint32(block * 4, (offset - this.#bitmapBytes) / SECTOR);
    this.#table.touch(block * 4, block * 4 + 4);
  }

  async commit(): Promise<void> {
    if (this.#table.isDirty) await this.store.write(this.#end, this.#footer);
    await this.store.flush();
    if (!this.#table.isDirty) return;
    await this.#table.writeTo(this.store);
    await this.store.flush();
  }
}

/** Bytes of a block of a new image. */
const BLOCK = 2 << 20;
/** Bytes of the largest disk that Virtual PC and Hyper-V take. */
const MOST = 2040 * 2 ** 30;

/** The properties of a new image. */
export interface NewVhd {
  /** Bytes. */
  readonly size: number;
  readonly isFixed: boolean;
}

/**
 * Makes an image in an empty store, and opens it.
 * @throws StorageError if it is too large for the format
 */
export async function createVhd(store: ByteStore, { size, isFixed }: NewVhd): Promise<Disk> {
  if (size > MOST) throw new StorageError(store, `a VHD image has at most 2040 GB, not ${size} bytes`);
  const footer = newFooter(size, isFixed ? DiskType.fixed : DiskType.dynamic);
  await store.resize(0);
  if (isFixed) {
    await store.resize(size);
    await store.write(size, footer);
  } else {
    const entries = Math.ceil(size / BLOCK);
    const table = new Uint8Array(Math.ceil((entries * 4) / SECTOR) * SECTOR).fill(0xff);
    const start = FOOTER_BYTES + HEADER_BYTES;
    await store.write(0, footer);
    await store.write(FOOTER_BYTES, newDynamicHeader(entries, BLOCK));
    await store.write(start, table);
    await store.write(start + table.length, footer);
  }
  return openVhd({ store, tables: new TableMemory() });
}
