import { BlockDisk } from '../blocks/disk.ts';
import { type BlockMap, type BlockPlace, type BlockRun, type NewPlace, runInTable, ZERO } from '../blocks/map.ts';
import type { OpenedImage } from '../formats.ts';
import { type ByteStore, type Disk, StorageError } from '../store.ts';
import { Table } from '../table.ts';
import { TableMemory } from '../table-memory.ts';
import {
  Entry,
  field,
  HEADER_BYTES,
  ImageType,
  readHeader,
  SIGNATURE_OFFSET,
  VDI_SIGNATURE,
  type VdiHeader,
  VERSION,
} from './header.ts';

/** Opens VirtualBox's image. */
export async function openVdi({ store, tables }: Pick<OpenedImage, 'store' | 'tables'>): Promise<Disk> {
  return new BlockDisk(await VdiMap.load(store, tables));
}

/** The numbers of blocks in the file, by their numbers on the disk. */
class VdiMap implements BlockMap {
  readonly format = 'vdi';
  readonly store: ByteStore;
  readonly size: number;
  readonly blockSize: number;
  readonly #header: VdiHeader;
  readonly #map: Table;
  /** Blocks that the file has. */
  #allocated: number;

  private constructor(store: ByteStore, header: VdiHeader, map: Table) {
    this.store = store;
    this.size = header.size;
    this.blockSize = header.blockSize;
    this.#header = header;
    this.#map = map;
    // Where the header has counted wrong, no block may get another one's place.
    this.#allocated = Math.max(header.allocated, usedBlocks(map.view));
  }

  static async load(store: ByteStore, tables: TableMemory): Promise<VdiMap> {
    const header = await readHeader(store);
    if (header.mapOffset + header.blocks * 4 > store.size)
      throw new StorageError(store, 'ends within its map of blocks');
    const bytes = tables.hold(store, header.blocks * 4);
    await store.read(header.mapOffset, bytes);
    return new VdiMap(store, header, new Table(header.mapOffset, bytes));
  }

  async place(block: number): Promise<BlockPlace> {
    return this.#placeOf(block);
  }

  async run(block: number, most: number): Promise<BlockRun> {
    return runInTable(this, block, most, this.#placeOf);
  }

  readonly #placeOf = (block: number): BlockPlace => {
    const entry = this.#map.view.getUint32(block * 4, true);
    if (entry >= Entry.discarded) return ZERO;
    if (entry >= this.#header.blocks)
      throw new StorageError(this.store, `says that block ${block} is at number ${entry} of ${this.#header.blocks}`);
    const offset = this.#offset(entry);
    if (offset >= this.store.size)
      throw new StorageError(this.store, `says that block ${block} is at byte ${offset} of its ${this.store.size}`);
    return { kind: 'data', offset };
  };

  async reserve(): Promise<NewPlace> {
    const offset = this.#offset(this.#allocated);
    if (this.#allocated >= this.#header.blocks)
      throw new StorageError(this.store, 'has no place for one more block, as its header counts them');
    return { offset, isZero: offset >= this.store.size };
  }

  async set(block: number, offset: number): Promise<void> {
    this.#allocated++;
    this.#map.view.setUint32(block * 4, (offset - this.#header.dataOffset) / this.blockSize, true);
    this.#map.touch(block * 4, block * 4 + 4);
  }

  async commit(): Promise<void> {
    await this.store.flush();
    if (!this.#map.isDirty) return;
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, this.#allocated, true);
    // The count comes first: a place that is counted and not used is lost, one that is used and not counted would be used again.
    await this.store.write(field.allocated, count);
    await this.#map.writeTo(this.store);
    await this.store.flush();
  }

  #offset(entry: number): number {
    return this.#header.dataOffset + entry * this.blockSize;
  }
}

/** How many blocks the file has at least, by its map. */
function usedBlocks(map: DataView): number {
  let most = 0;
  for (let at = 0; at < map.byteLength; at += 4) {
    const entry = map.getUint32(at, true);
    if (entry < Entry.discarded) most = Math.max(most, entry + 1);
  }
  return most;
}

/** Bytes of a block of a new image: all that VirtualBox makes. */
const BLOCK = 1 << 20;

/** The properties of a new image. */
export interface NewVdi {
  /** Bytes. */
  readonly size: number;
  /** All blocks are there from the beginning. */
  readonly isFixed: boolean;
}

/**
 * Makes an image in an empty store, and opens it.
 * @throws StorageError if its map would be too large
 */
export async function createVdi(store: ByteStore, { size, isFixed }: NewVdi): Promise<Disk> {
  const blocks = Math.ceil(size / BLOCK);
  const mapBytes = Math.ceil((blocks * 4) / 512) * 512;
  // VirtualBox begins its data at a whole megabyte.
  const dataOffset = Math.ceil((HEADER_BYTES + mapBytes) / BLOCK) * BLOCK;
  const bytes = new TableMemory().hold(store, HEADER_BYTES + mapBytes);
  const view = new DataView(bytes.buffer);
  const set = (name: keyof typeof field, value: number) => view.setUint32(field[name], value, true);
  bytes.set(new TextEncoder().encode('<<< rawiron VM Virtual Disk Image >>>\n'));
  view.setUint32(SIGNATURE_OFFSET, VDI_SIGNATURE, true);
  set('version', VERSION);
  set('headerSize', HEADER_BYTES - field.headerSize - 56);
  set('type', isFixed ? ImageType.fixed : ImageType.dynamic);
  set('mapOffset', HEADER_BYTES);
  set('dataOffset', dataOffset);
  set('sectorSize', 512);
  view.setBigUint64(field.diskSize, BigInt(size), true);
  set('blockSize', BLOCK);
  set('blocks', blocks);
  set('allocated', isFixed ? blocks : 0);
  for (const id of [field.id, field.snapshotId]) crypto.getRandomValues(bytes.subarray(id, id + 16));
  for (let n = 0; n < blocks; n++) view.setUint32(HEADER_BYTES + n * 4, isFixed ? n : Entry.unallocated, true);
  await store.resize(0);
  await store.resize(isFixed ? dataOffset + blocks * BLOCK : dataOffset);
  await store.write(0, bytes);
  return openVdi({ store, tables: new TableMemory() });
}
