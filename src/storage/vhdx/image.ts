import { BlockDisk } from '../blocks/disk.ts';
import { type BlockMap, type BlockPlace, type BlockRun, type NewPlace, runInTable, ZERO } from '../blocks/map.ts';
import type { OpenedImage } from '../formats.ts';
import { type ByteStore, type Disk, StorageError } from '../store.ts';
import { TableMemory } from '../table-memory.ts';
import { guidBytes, newGuid } from './guid.ts';
import {
  FILE_SIGNATURE,
  type Header,
  headerBytes,
  headerOffsets,
  MB,
  Region,
  type RegionPlace,
  readHeader,
  readPart,
  readRegions,
  regionOffsets,
  regionTable,
  writeHeader,
} from './header.ts';
import { checkLogPlace, LOG_SECTOR, logEntry, mostPatches, type Patch, readLog } from './log.ts';
import { type Metadata, newMetadata, readMetadata } from './metadata.ts';
import { PatchedStore } from './patched-store.ts';

/** States of a block ([MS-VHDX], 2.5.1.1): the low bits of its entry; above them are the megabytes of its offset. */
const State = { notPresent: 0, undefined: 1, zero: 2, unmapped: 3, unmappedOld: 5, present: 6 } as const;
const [STATE_BITS, OFFSET_SHIFT] = [7, 20n];

/** Opens Hyper-V's image. What its log has is put into its places first, or seen there if the file is only read. */
export async function openVhdx({ store, tables }: Pick<OpenedImage, 'store' | 'tables'>): Promise<Disk> {
  const header = await readHeader(store);
  const patches = await readLog(store, header);
  if (store.isReadOnly) {
    const patched = patches.length === 0 ? store : new PatchedStore(store, patches);
    return new BlockDisk(await VhdxMap.load(patched, header, tables));
  }
  checkLogPlace(store, header);
  if (patches.length === 0) return writableDisk(await VhdxMap.load(store, header, tables));
  await carryOut(store, patches);
  const written = await writeHeader(store, header, { logId: undefined });
  return writableDisk(await VhdxMap.load(store, written, tables));
}

const writableDisk = (map: VhdxMap): Disk => new BlockDisk(map, { mark: () => map.mark() });

/** @throws StorageError, and changes nothing, if they are not all within the file */
async function carryOut(store: ByteStore, patches: readonly Patch[]): Promise<void> {
  if (patches.some(({ offset, length }) => offset + length > store.size))
    throw new StorageError(store, 'has a log that goes beyond its end');
  for (const { offset, length, bytes } of patches)
    if (bytes) await store.write(offset, bytes);
    else await writeZeros(store, offset, length);
}

/** Holes of the host's file are zero already: a log could have it keep as much as the file claims to be. */
async function writeZeros(store: ByteStore, offset: number, length: number): Promise<void> {
  const zeros = new Uint8Array(Math.min(MB, length));
  for (let at = offset; at < offset + length; ) {
    const kept = store.allocation?.(at) ?? { isHole: false, length };
    const part = Math.min(kept.isHole ? kept.length : Math.min(kept.length, MB), offset + length - at);
    if (!kept.isHole) await store.write(at, zeros.subarray(0, part));
    at += part;
  }
}

/** Where blocks are: an entry of 64 bits for each; behind those of each chunk stands one that says where a bitmap is. */
class VhdxMap implements BlockMap {
  readonly format = 'vhdx';
  readonly store: ByteStore;
  readonly size: number;
  readonly blockSize: number;
  /** Blocks of a chunk. */
  readonly #chunk: number;
  readonly #region: RegionPlace;
  readonly #entries: DataView;
  /** Sectors of the table that have changed, by their offsets in it. */
  readonly #changed = new Set<number>();
  #header: Header;
  /** Where the next block comes. */
  #end: number;

  private constructor(
    store: ByteStore,
    header: Header,
    { size, blockSize, sectorSize }: Metadata,
    region: RegionPlace,
    entries: DataView,
  ) {
    this.store = store;
    this.size = size;
    this.blockSize = blockSize;
    this.#chunk = chunkOf(blockSize, sectorSize);
    this.#header = header;
    this.#region = region;
    this.#entries = entries;
    this.#end = store.size;
  }

  static async load(store: ByteStore, header: Header, tables: TableMemory): Promise<VhdxMap> {
    const regions = await readRegions(store);
    const [blocks, metadata] = [regions.get(Region.blocks), regions.get(Region.metadata)];
    if (!blocks || !metadata) throw new StorageError(store, 'has no region of blocks, or none of metadata');
    const facts = await readMetadata(store, metadata);
    const bytes = tableBytes(facts);
    if (bytes > blocks.length)
      throw new StorageError(store, `has a table of ${blocks.length} bytes; its disk needs ${bytes}`);
    const entries = tables.hold(store, Math.ceil(bytes / LOG_SECTOR) * LOG_SECTOR);
    await readPart(store, blocks.offset, entries, 'table of blocks');
    return new VhdxMap(store, header, facts, blocks, new DataView(entries.buffer));
  }

  /** Where the entry of a block is in the table. */
  #at(block: number): number {
    return (block + Math.floor(block / this.#chunk)) * 8;
  }

  async place(block: number): Promise<BlockPlace> {
    return this.#placeOf(block);
  }

  async run(block: number, most: number): Promise<BlockRun> {
    return runInTable(this, block, most, this.#placeOf);
  }

  readonly #placeOf = (block: number): BlockPlace => {
    const at = this.#at(block);
    const state = this.#entries.getUint32(at, true) & STATE_BITS;
    if (state === State.present) {
      const offset = Number(this.#entries.getBigUint64(at, true) >> OFFSET_SHIFT) * MB;
      if (offset >= MB && offset < Math.max(this.store.size, this.#end)) return { kind: 'data', offset };
      throw new StorageError(this.store, `says that block ${block} is at byte ${offset} of its ${this.store.size}`);
    }
    const isEmpty = state <= State.unmapped || state === State.unmappedOld;
    if (!isEmpty) throw new StorageError(this.store, `has block ${block} in an unknown state, ${state}`);
    return ZERO;
  };

  /** Gives the image other identifiers, as the specification wants it before the first change of its disk (2.2.2). */
  async mark(): Promise<void> {
    this.#header = await writeHeader(this.store, this.#header, { fileWriteId: newGuid(), dataWriteId: newGuid() });
  }

  async reserve(): Promise<NewPlace> {
    const offset = Math.ceil(Math.max(this.#end, this.store.size) / MB) * MB;
    this.#end = offset + this.blockSize;
    return { offset, isZero: true };
  }

  async set(block: number, offset: number): Promise<void> {
    const at = this.#at(block);
    this.#entries.setBigUint64(at, (BigInt(offset / MB) << OFFSET_SHIFT) | BigInt(State.present), true);
    this.#changed.add(at - (at % LOG_SECTOR));
  }

  async commit(): Promise<void> {
    // Each block is whole in the file, whose size tells the next one's place.
    if (this.#changed.size > 0 && this.store.size < this.#end) await this.store.resize(this.#end);
    await this.store.flush();
    const most = mostPatches(this.#header.logLength);
    while (this.#changed.size > 0) await this.#commitPart([...this.#changed].slice(0, most));
  }

  /** Changes sectors of the table by way of the log, so that they change together or not at all. */
  async #commitPart(sectors: readonly number[]): Promise<void> {
    const patches = sectors.map((at) => ({
      ...{ offset: this.#region.offset + at, length: LOG_SECTOR },
      bytes: new Uint8Array(this.#entries.buffer, at, LOG_SECTOR),
    }));
    const logId = newGuid();
    await this.store.write(this.#header.logOffset, logEntry(logId, patches, this.store.size));
    this.#header = await writeHeader(this.store, this.#header, { logId });
    for (const { offset, bytes } of patches) await this.store.write(offset, bytes);
    this.#header = await writeHeader(this.store, this.#header, { logId: undefined });
    for (const at of sectors) this.#changed.delete(at);
  }
}

/** Blocks that share a bitmap of sectors: 2^23 sectors. */
const chunkOf = (blockSize: number, sectorSize: number): number => (2 ** 23 * sectorSize) / blockSize;

function tableBytes({ size, blockSize, sectorSize }: Metadata): number {
  const blocks = Math.ceil(size / blockSize);
  return (blocks + Math.floor(Math.max(0, blocks - 1) / chunkOf(blockSize, sectorSize))) * 8;
}

/** Bytes of a new image's regions: the log, then metadata, each in a megabyte. */
const [LOG_AT, METADATA_AT, TABLE_AT] = [MB, 2 * MB, 3 * MB];

/** The properties of a new image. */
export interface NewVhdx {
  /** Bytes. */
  readonly size: number;
  readonly isFixed: boolean;
}

/** Makes an image in an empty store, and opens it. */
export async function createVhdx(store: ByteStore, { size, isFixed }: NewVhdx): Promise<Disk> {
  const metadata: Metadata = { size, blockSize: blockSizeFor(size), sectorSize: 512 };
  const length = Math.ceil(Math.max(1, tableBytes(metadata)) / MB) * MB;
  const header: Header = {
    ...{ slot: 0, sequence: 0n, fileWriteId: newGuid(), dataWriteId: newGuid(), logId: undefined },
    ...{ logOffset: LOG_AT, logLength: MB },
  };
  const regions = regionTable([
    [guidBytes(Region.metadata), { offset: METADATA_AT, length: MB }],
    [guidBytes(Region.blocks), { offset: TABLE_AT, length }],
  ]);
  await store.resize(0);
  await store.resize(TABLE_AT + length);
  await store.write(0, new TextEncoder().encode(FILE_SIGNATURE));
  for (const offset of headerOffsets) await store.write(offset, headerBytes(header));
  for (const offset of regionOffsets) await store.write(offset, regions);
  await store.write(METADATA_AT, newMetadata(metadata));
  const map = await VhdxMap.load(store, header, new TableMemory());
  for (let block = 0; isFixed && block * map.blockSize < size; block++)
    await map.set(block, (await map.reserve()).offset);
  await map.commit();
  return writableDisk(map);
}

/** As QEMU's: the larger the disk, the larger its blocks. */
function blockSizeFor(size: number): number {
  if (size > 32 * 2 ** 40) return 64 * MB;
  if (size > 100 * 2 ** 30) return 32 * MB;
  return size > 2 ** 30 ? 16 * MB : 8 * MB;
}
