import { type CheckResult, MOST_ERRORS } from '../check-result.ts';
import { type ByteStore, StorageError } from '../store.ts';
import { type Entry, getEntry, type Table } from '../table.ts';
import { CORRUPT, DIRTY } from './extensions.ts';
import { field, readHeader } from './header.ts';
import { ImageFile } from './image-file.ts';
import { decodeEntry, entryOffset, hostRange, isOwnEntry, type Mapping } from './mapping.ts';
import { Metadata } from './metadata.ts';
import { setOwnFlags } from './references.ts';
import { readSnapshots, tableBytes } from './snapshots.ts';
import { UseCounts } from './use-counts.ts';

/** An L2 table: how many entries of L1 tables point to it, and whether one of those is the disk's. */
interface TableUse {
  times: number;
  isActive: boolean;
}

const isLeak = (count: number, uses: number): boolean => count > uses;

/**
 * Counts who uses each cluster and compares with what the image says.
 * @throws StorageError if the image is so wrong that this cannot be done
 */
export async function checkQcow2(store: ByteStore): Promise<CheckResult> {
  const check = await Check.of(store);
  await check.run();
  return check.result();
}

/**
 * Repairs what is left where a host has stopped while an image was changed: clusters that count as used and are not, and flags
 * of entries that do not fit counts which were changed already or not yet. Returns what it found.
 * @throws StorageError if the image is so wrong that this cannot be done
 */
export async function repairInterrupted(store: ByteStore): Promise<CheckResult> {
  const check = await Check.of(store);
  await check.run();
  const found = check.result();
  if (found.errors.length > found.wrongFlags) return found;
  if (found.leaks > 0) await check.setCounts(isLeak);
  if (found.leaks + found.wrongFlags > 0) await check.repairFlags();
  return { ...found, errors: [] };
}

/**
 * Makes clusters free that count as used and are not, if nothing else is wrong with the image. Returns what it found.
 * @throws StorageError if the image is so wrong that this cannot be done
 */
export async function repairLeaks(store: ByteStore): Promise<CheckResult> {
  const check = await Check.of(store);
  await check.run();
  const found = check.result();
  if (found.errors.length === 0 && found.leaks > 0) {
    await check.setCounts(isLeak);
    await check.repairFlags();
  }
  return found;
}

/**
 * Repairs what can be: counts that are too low, too, so that no cluster is written that something else uses. An image in which
 * nothing wrong is left isn't marked any more. Returns what it found.
 * @throws StorageError if the image is so wrong that this cannot be done
 */
export async function repairAll(store: ByteStore): Promise<CheckResult> {
  const check = await Check.of(store);
  await check.run();
  const found = check.result();
  if (found.errors.length + found.leaks > 0) {
    await check.setCounts((count, uses) => count < uses || (count > uses && !check.hasLost));
    await check.repairFlags();
  }
  if ((await checkQcow2(store)).errors.length === 0) await clearMarks(new ImageFile(store, await readHeader(store)));
  return found;
}

/** The file says no more that it is being changed, or damaged. */
async function clearMarks(file: ImageFile): Promise<void> {
  const marks = file.header.incompatible & (DIRTY | CORRUPT);
  if (marks === 0n) return;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, file.header.incompatible & ~marks);
  await file.writeHeaderField(field.incompatible, bytes);
}

class Check {
  readonly #file: ImageFile;
  readonly #metadata: Metadata;
  /** Clusters that the file has. */
  readonly #clusters: number;
  readonly #uses: UseCounts;
  /** By the offsets of L2 tables. Each is walked once: a small image can point to one more often than anybody can wait for. */
  readonly #tables = new Map<number, TableUse>();
  readonly #errors: string[] = [];
  #hasLost = false;
  #wrongFlags = 0;
  #leaks = 0;
  #allocated = 0;
  #compressed = 0;
  #fragmented = 0;
  #end = 0;

  private constructor(file: ImageFile, metadata: Metadata, clusters: number) {
    this.#file = file;
    this.#metadata = metadata;
    this.#clusters = clusters;
    this.#uses = new UseCounts(file.store);
  }

  static async of(store: ByteStore): Promise<Check> {
    const file = new ImageFile(store, await readHeader(store));
    const clusters = Math.ceil(store.size / file.clusterSize);
    return new Check(file, await Metadata.load(file, 'broken'), clusters);
  }

  async run(): Promise<void> {
    const { header, clusterSize } = this.#file;
    const { refcounts, map } = this.#metadata;
    this.#use(0, clusterSize, 'header');
    this.#use(header.refcountTableOffset, header.refcountTableClusters * clusterSize, 'refcount table');
    for (let index = 0; index < refcounts.tableEntries; index++) {
      const offset = refcounts.blockOffset(index);
      if (offset !== 0) this.#useCluster(offset, 'refcount block');
    }
    this.#use(header.l1Offset, header.l1Size * 8, 'L1 table');
    await this.#walkL1(map.l1, true);
    await this.#walkSnapshots();
    for (const [offset, use] of this.#tables) await this.#walkL2(await map.tables.get(offset), use);
    await this.#compare();
  }

  /** An entry doesn't say any more where something is: nothing may become free. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  /** To be called after `run`: gives clusters the counts that they should have, where these are to be changed and can be. */
  async setCounts(isWrong: (count: number, uses: number) => boolean): Promise<void> {
    const { refcounts } = this.#metadata;
    for await (const { cluster, count, uses } of this.#counts()) {
      if (!isWrong(count, uses) || !refcounts.canHold(cluster, uses)) continue;
      await refcounts.set(cluster, uses);
      if (refcounts.blocks.isCrowded) await refcounts.blocks.writeDirty();
    }
    await refcounts.blocks.writeDirty();
    await this.#file.store.flush();
  }

  /** To be called when the counts are right. */
  async repairFlags(): Promise<void> {
    await setOwnFlags(this.#metadata);
    await this.#metadata.commit();
  }

  result(): CheckResult {
    return {
      errors: this.#errors,
      wrongFlags: this.#wrongFlags,
      leaks: this.#leaks,
      allocatedClusters: this.#allocated,
      compressedClusters: this.#compressed,
      fragmentedClusters: this.#fragmented,
      totalClusters: Math.ceil(this.#file.header.size / this.#file.clusterSize),
      endOffset: this.#end,
    };
  }

  async #walkSnapshots(): Promise<void> {
    const snapshots = await readSnapshots(this.#file);
    this.#use(this.#file.header.snapshotsOffset, tableBytes(snapshots), 'snapshot table');
    for (const { l1Offset, l1Size } of snapshots) {
      const isOverlapping = this.#isUsed(l1Offset, l1Size * 8);
      this.#use(l1Offset, l1Size * 8, 'L1 table of a snapshot');
      if (isOverlapping) this.#overlaps(l1Offset, 'L1 table of a snapshot');
      else await this.#walkL1(await this.#file.readTable(l1Offset, l1Size), false);
    }
  }

  /** The L2 tables are walked later. */
  async #walkL1(l1: Table, isActive: boolean): Promise<void> {
    for (let index = 0; index < l1.bytes.length / 8; index++) {
      const entry = getEntry(l1, index);
      const offset = entryOffset(entry);
      if (offset === 0 && isOwnEntry(entry)) this.#loses(`entry ${index} of an L1 table`);
      if (offset === 0 || !this.#useCluster(offset, 'L2 table')) continue;
      await this.#compareOwn(entry, offset, isActive, 'L2 table');
      const { times, isActive: isKnown } = this.#tables.get(offset) ?? { times: 0, isActive: false };
      if (isActive && isKnown) this.#overlaps(offset, 'L2 table');
      this.#tables.set(offset, { times: times + 1, isActive: isActive || isKnown });
    }
  }

  async #walkL2(table: Table, { times, isActive }: TableUse): Promise<void> {
    let next = 0;
    for (let index = 0; index < table.bytes.length / 8; index++) {
      const entry = getEntry(table, index);
      const mapping = this.#decode(entry);
      const range = mapping && hostRange(mapping, this.#file.clusterSize);
      if (mapping?.kind === 'unallocated' && isOwnEntry(entry)) this.#loses(`entry ${index} of an L2 table`);
      if (!mapping || !range) continue;
      this.#use(
        range[0],
        mapping.kind === 'compressed' ? Math.min(range[1], this.#file.store.size - range[0]) : range[1],
        'data cluster',
        times,
      );
      if (mapping.kind !== 'compressed') await this.#compareOwn(entry, range[0], isActive, 'data cluster');
      if (isActive) this.#count(mapping, next);
      next = range[0] + this.#file.clusterSize;
    }
  }

  #decode(entry: Entry): Mapping | undefined {
    try {
      return decodeEntry(this.#file, entry);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#error(error.message);
      return undefined;
    }
  }

  #count(mapping: Mapping & { offset?: number }, expected: number): void {
    if (mapping.kind === 'compressed') this.#compressed++;
    if (mapping.kind !== 'zero') this.#allocated++;
    if (expected !== 0 && mapping.offset !== expected) this.#fragmented++;
  }

  /** Compares an entry's COPIED flag with the cluster's count: in active tables it is set if, and only if, the count is 1. */
  async #compareOwn(entry: Entry, offset: number, isActive: boolean, what: string): Promise<void> {
    if (!isActive) return;
    const count = await this.#metadata.refcounts.get(Math.floor(offset / this.#file.clusterSize));
    if (isOwnEntry(entry) !== (count === 1)) {
      if (this.#errors.length < MOST_ERRORS) this.#wrongFlags++;
      this.#error(
        `the ${what} at offset 0x${offset.toString(16)} has the reference count ${count} and ${isOwnEntry(entry) ? 'a' : 'no'} COPIED flag`,
      );
    }
  }

  #useCluster(offset: number, what: string): boolean {
    try {
      this.#file.checkCluster(offset, what);
    } catch (error) {
      this.#error((error as Error).message);
      return false;
    }
    this.#use(offset, this.#file.clusterSize, what);
    return true;
  }

  /** Reports an entry whose cluster nothing seems to use, although it may be the guest's data. */
  #loses(what: string): void {
    this.#hasLost = true;
    this.#error(`${what} has a COPIED flag and no offset`);
  }

  #overlaps(offset: number, what: string): void {
    this.#error(`the ${what} at offset 0x${offset.toString(16)} overlaps other metadata`);
  }

  /** Whether a range has a cluster that something is known to use. */
  #isUsed(offset: number, bytes: number): boolean {
    const { clusterSize } = this.#file;
    const end = bytes > 0 ? Math.ceil((offset + bytes) / clusterSize) : 0;
    for (let cluster = Math.floor(offset / clusterSize); cluster < end; cluster++)
      if (this.#uses.get(cluster) > 0) return true;
    return false;
  }

  #use(offset: number, bytes: number, what: string, times = 1): void {
    const end = Math.ceil((offset + bytes) / this.#file.clusterSize);
    if (bytes > 0 && end > this.#clusters)
      this.#error(`the ${what} at offset 0x${offset.toString(16)} goes beyond the end of the file`);
    const first = Math.floor(offset / this.#file.clusterSize);
    for (let cluster = first; cluster < Math.min(end, this.#clusters); cluster++) this.#uses.add(cluster, times);
  }

  async #compare(): Promise<void> {
    for await (const { cluster, count, uses } of this.#counts()) {
      if (count !== 0) this.#end = (cluster + 1) * this.#file.clusterSize;
      if (count > uses) this.#leaks++;
      if (count < uses) this.#error(`cluster ${cluster} has the reference count ${count} and is used ${uses} times`);
    }
  }

  /** Clusters that count as used, or are: those of a block of counts that is not there, and that nobody uses, are passed over. */
  async *#counts(): AsyncGenerator<{ readonly cluster: number; readonly count: number; readonly uses: number }> {
    const { refcounts } = this.#metadata;
    const { countsPerBlock } = refcounts;
    for (let from = 0; from < this.#clusters; from += countsPerBlock) {
      const end = Math.min(from + countsPerBlock, this.#clusters);
      const isEmpty = refcounts.blockOffset(from / countsPerBlock) === 0 && !this.#uses.hasAny(from, end);
      for (let cluster = from; !isEmpty && cluster < end; cluster++) {
        const [count, uses] = [await refcounts.get(cluster), this.#uses.get(cluster)];
        if (count !== 0 || uses !== 0) yield { cluster, count, uses };
      }
    }
  }

  #error(problem: string): void {
    if (this.#errors.length < MOST_ERRORS) this.#errors.push(problem);
  }
}
