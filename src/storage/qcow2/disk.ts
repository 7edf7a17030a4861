import { InOrder } from '../in-order.ts';
import {
  type ByteStore,
  checkRange,
  checkWritable,
  type Disk,
  type ImageIdentity,
  identityOf,
  readPadded,
  StorageError,
} from '../store.ts';
import type { TableMemory } from '../table-memory.ts';
import type { Run } from './cluster-map.ts';
import { CompressedClusters, type Decompressor } from './compressed.ts';
import { repairDirty, setDirty } from './dirty.ts';
import { CORRUPT, DIRTY } from './extensions.ts';
import { field, readHeader } from './header.ts';
import { ImageFile } from './image-file.ts';
import { compressedEntry, hostRange, type Mapping, ownEntry, UNALLOCATED, ZERO } from './mapping.ts';
import { Metadata } from './metadata.ts';
import { chosenSnapshot, type SnapshotChoice } from './snapshots.ts';

/** A disk in a qcow2 image, of version 2 or 3. What isn't in the image is in its backing disk, or zero. */
export class Qcow2Disk implements Disk {
  readonly format = 'qcow2';
  readonly metadata: Metadata;
  readonly backing: Disk | undefined;
  readonly #file: ImageFile;
  readonly #compressed: CompressedClusters;
  readonly #order = new InOrder();
  /** The file says that it is being changed. */
  #isMarked = false;

  private constructor(metadata: Metadata, backing: Disk | undefined, decompressor: Decompressor) {
    this.metadata = metadata;
    this.backing = backing;
    this.#file = metadata.file;
    this.#compressed = new CompressedClusters(this.#file, decompressor);
  }

  /**
   * @param backing what the header names as the backing file
   * @param tables the memory for its tables; a backing disk of its own may have the same
   * @throws StorageError if the image is not right, or is to be written and must not be
   */
  static async open(
    store: ByteStore,
    backing: Disk | undefined,
    decompressor: Decompressor,
    tables?: TableMemory,
  ): Promise<Qcow2Disk> {
    const file = new ImageFile(store, await readHeader(store), tables);
    if (!store.isReadOnly) await prepareForWriting(file);
    return new Qcow2Disk(await Metadata.load(file, store.isReadOnly ? 'broken' : 'sound'), backing, decompressor);
  }

  /**
   * A snapshot that the image has within itself, as a disk of the size that it had then. It stands on the same backing disk.
   * @param store is only read
   * @throws StorageError if there is no such snapshot, or the image is not right
   */
  static async openSnapshot(
    store: ByteStore,
    backing: Disk | undefined,
    decompressor: Decompressor,
    tables: TableMemory,
    choice: SnapshotChoice,
  ): Promise<Qcow2Disk> {
    if (!store.isReadOnly) throw new StorageError(store, 'is open for writing: a snapshot of it is only read');
    const header = await readHeader(store);
    const { l1Offset, l1Size, size = header.size } = await chosenSnapshot(new ImageFile(store, header), choice);
    const file = new ImageFile(store, { ...header, l1Offset, l1Size, size }, tables);
    return new Qcow2Disk(await Metadata.load(file, 'broken'), backing, decompressor);
  }

  get name(): string {
    return this.#file.store.name;
  }

  get isReadOnly(): boolean {
    return this.#file.store.isReadOnly;
  }

  get size(): number {
    return this.#file.header.size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    await this.#order.run(() => this.#read(offset, target));
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, source.length);
    await this.#order.run(() => this.#write(offset, source));
  }

  /** Bytes that are kept together. */
  get clusterSize(): number {
    return this.#file.clusterSize;
  }

  /**
   * Writes a whole cluster whose contents were compressed, as the header says how, to fewer bytes than it has.
   * @param offset of the cluster on the disk
   */
  async writeCompressed(offset: number, packed: Uint8Array): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, 1);
    await this.#order.run(() => this.#writeCompressed(offset, packed));
  }

  async #writeCompressed(offset: number, packed: Uint8Array): Promise<void> {
    const { map, refcounts, free } = this.metadata;
    if (this.metadata.isCrowded) await this.metadata.commit();
    const { mapping } = await map.run(offset, 1);
    await this.#mark();
    const place = await refcounts.allocateBytes(packed.length);
    await this.#file.store.write(place, packed).catch((error: unknown) => {
      free([place, packed.length]);
      throw error;
    });
    await map.set(offset / this.clusterSize, compressedEntry(this.#file, place, packed.length), refcounts, free);
    this.#freeOld(mapping);
  }

  async zero(offset: number, length: number): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, length);
    await this.#order.run(() => this.#zero(offset, length));
  }

  /** Whole clusters become free. Where only version 3 could hide the backing disk's, they stay. */
  async discard(offset: number, length: number): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, length);
    if (!this.#hasEmpty) return;
    await this.#order.run(() => this.#eachCluster(offset, length, (cluster) => this.#empty(cluster)));
  }

  async zeroRun(offset: number, most: number): Promise<number> {
    if (offset >= this.size) return 0;
    return this.#order.run(async () => {
      const { mapping, length } = await this.metadata.map.run(offset, Math.min(most, this.size - offset));
      if (this.#readsZero(mapping)) return length;
      return mapping.kind === 'unallocated' ? await this.#backingZeroRun(offset, length) : 0;
    });
  }

  async #backingZeroRun(offset: number, most: number): Promise<number> {
    const backing = this.backing!;
    return offset >= backing.size ? most : await backing.zeroRun(offset, most);
  }

  async flush(): Promise<void> {
    if (!this.isReadOnly) await this.#order.run(() => this.metadata.commit());
  }

  async settle(): Promise<readonly ImageIdentity[]> {
    await this.flush();
    const identity = await this.#order.run(async () => {
      await this.#unmark();
      return await identityOf(this.#file.store, this.format);
    });
    return [identity, ...((await this.backing?.settle()) ?? [])];
  }

  abandon(): void {
    this.#file.store.abandon?.();
    this.backing?.abandon();
  }

  async close(): Promise<void> {
    try {
      await this.flush();
      await this.#order.run(() => this.#unmark());
    } finally {
      await this.#order.run(() => this.#file.store.close());
      await this.backing?.close();
    }
  }

  /** To be called before clusters are taken or become free. */
  async #mark(): Promise<void> {
    if (this.#isMarked) return;
    await setDirty(this.#file, true);
    this.#isMarked = true;
  }

  /** To be called when all is written: the file says that it is whole. */
  async #unmark(): Promise<void> {
    if (!this.#isMarked) return;
    await setDirty(this.#file, false);
    this.#isMarked = false;
  }

  /** Changes the metadata while no request is under way: clusters may be taken and become free. */
  change<Result>(act: (metadata: Metadata) => Promise<Result>): Promise<Result> {
    checkWritable(this);
    return this.#order.run(async () => {
      await this.metadata.commit();
      await this.#mark();
      this.#compressed.forget();
      return await act(this.metadata);
    });
  }

  /** Does something with the metadata while no request is under way. */
  alone<Result>(act: () => Promise<Result>): Promise<Result> {
    return this.#order.run(act);
  }

  /** Whether a cluster can be emptied: it reads as zero then, and takes no place. */
  get #hasEmpty(): boolean {
    return this.backing === undefined || this.#file.header.version === 3;
  }

  #readsZero(mapping: Mapping): boolean {
    return mapping.kind === 'zero' || (mapping.kind === 'unallocated' && this.backing === undefined);
  }

  async #read(offset: number, target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.length; ) {
      const run = await this.metadata.map.run(offset + at, target.length - at);
      await this.#readRun(run, offset + at, target.subarray(at, at + run.length));
      at += run.length;
    }
  }

  async #readRun({ mapping }: Run, offset: number, target: Uint8Array): Promise<void> {
    const within = offset % this.#file.clusterSize;
    if (mapping.kind === 'data') await this.#file.readPadded(mapping.offset + within, target);
    else if (mapping.kind === 'zero') target.fill(0);
    else if (mapping.kind === 'unallocated') await this.#readBacking(offset, target);
    else target.set((await this.#compressed.read(mapping)).subarray(within, within + target.length));
  }

  /** A backing disk may be smaller: zeros follow it. */
  async #readBacking(offset: number, target: Uint8Array): Promise<void> {
    if (this.backing) await readPadded(this.backing, offset, target);
    else target.fill(0);
  }

  async #write(offset: number, source: Uint8Array): Promise<void> {
    for (let at = 0; at < source.length; ) {
      if (this.metadata.isCrowded) await this.metadata.commit();
      const run = await this.metadata.map.run(offset + at, source.length - at);
      const isInPlace = run.mapping.kind === 'data' && run.mapping.isOwn;
      const toEnd = this.#file.clusterSize - ((offset + at) % this.#file.clusterSize);
      const length = isInPlace ? run.length : Math.min(run.length, toEnd);
      const part = source.subarray(at, at + length);
      if (isInPlace) await this.#overwrite(run.mapping, offset + at, part);
      else await this.#replace(run, offset + at, part);
      at += length;
    }
  }

  async #overwrite(mapping: Mapping & { offset: number }, offset: number, source: Uint8Array): Promise<void> {
    const within = offset % this.#file.clusterSize;
    for (let at = -within; at < source.length; at += this.#file.clusterSize) {
      this.metadata.checkData(mapping.offset + within + at);
    }
    await this.#file.store.write(mapping.offset + within, source);
  }

  /** Puts a cluster of the disk into a new cluster of the file: what it was, with new bytes in it. */
  async #replace(run: Run, offset: number, source: Uint8Array): Promise<void> {
    const { clusterSize } = this.#file;
    const within = offset % clusterSize;
    const bytes = new Uint8Array(clusterSize);
    const start = offset - within;
    if (source.length < clusterSize) await this.#readRun(run, start, bytes);
    bytes.set(source, within);
    await this.#mark();
    const place = await this.metadata.refcounts.allocate();
    try {
      await this.#file.store.write(place, bytes);
    } catch (error) {
      this.metadata.free([place, clusterSize]);
      throw error;
    }
    await this.metadata.map.set(start / clusterSize, ownEntry(place), this.metadata.refcounts, this.metadata.free);
    this.#freeOld(run.mapping);
  }

  #freeOld(mapping: Mapping): void {
    const range = hostRange(mapping, this.#file.clusterSize);
    if (range) this.metadata.free(range);
    this.#compressed.forget();
  }

  async #zero(offset: number, length: number): Promise<void> {
    const { clusterSize } = this.#file;
    const end = offset + length;
    const first = Math.min(end, Math.ceil(offset / clusterSize) * clusterSize);
    const last = end === this.size ? end : Math.max(first, end - (end % clusterSize));
    await this.#writeZeros(offset, first);
    if (this.#hasEmpty) await this.#eachCluster(first, last - first, (cluster) => this.#empty(cluster));
    else await this.#writeZeros(first, last);
    await this.#writeZeros(last, end);
  }

  /** Writes zeros where there aren't any. */
  async #writeZeros(offset: number, end: number): Promise<void> {
    while (offset < end) {
      const { mapping, length } = await this.metadata.map.run(offset, end - offset);
      const part = this.#readsZero(mapping) ? length : Math.min(length, this.#file.clusterSize);
      if (!this.#readsZero(mapping)) await this.#write(offset, new Uint8Array(part));
      offset += part;
    }
  }

  /** Whole clusters of a range that don't read as zero yet, or take place; the last one of the disk may be cut. */
  async #eachCluster(offset: number, length: number, act: (cluster: number) => Promise<void>): Promise<void> {
    const { clusterSize } = this.#file;
    const end = offset + length === this.size ? this.size : Math.floor((offset + length) / clusterSize) * clusterSize;
    for (let at = Math.ceil(offset / clusterSize) * clusterSize; at < end; ) {
      const { mapping, length: found } = await this.metadata.map.run(at, end - at);
      const isEmpty = this.#readsZero(mapping) && hostRange(mapping, clusterSize) === undefined;
      if (!isEmpty) await act(at / clusterSize);
      at += isEmpty ? Math.ceil(found / clusterSize) * clusterSize : clusterSize;
    }
  }

  /** Forgets all that the image has of its own: what it stands on is seen again, or zeros. */
  async clear(): Promise<void> {
    checkWritable(this);
    await this.#order.run(async () => {
      for (let at = 0; at < this.size; ) {
        const { mapping, length } = await this.metadata.map.run(at, this.size - at);
        const isOwn = mapping.kind !== 'unallocated';
        if (isOwn) await this.#empty(at / this.clusterSize, UNALLOCATED);
        at += isOwn ? this.clusterSize : Math.ceil(length / this.clusterSize) * this.clusterSize;
      }
    });
  }

  async #empty(cluster: number, entry = this.backing === undefined ? UNALLOCATED : ZERO): Promise<void> {
    if (this.metadata.isCrowded) await this.metadata.commit();
    const { mapping } = await this.metadata.map.run(cluster * this.#file.clusterSize, 1);
    await this.#mark();
    await this.metadata.map.set(cluster, entry, this.metadata.refcounts, this.metadata.free);
    this.#freeOld(mapping);
  }
}

/**
 * Clears the autoclear bits before anything is written: they stand for other data about the image that this code doesn't keep up.
 */
async function prepareForWriting(file: ImageFile): Promise<void> {
  const { store, header } = file;
  if (header.incompatible & CORRUPT) throw file.error('is marked as corrupt: it can only be read');
  if (header.incompatible & DIRTY) await repairDirty(file);
  if (header.autoclear === 0n) return;
  await store.write(field.autoclear, new Uint8Array(8));
  await store.flush();
  header.autoclear = 0n;
}
