import { QCOW2_MAGIC } from '../probe.ts';
import { type ByteStore, type Disk, StorageError } from '../store.ts';
import { writeBackingName } from './backing-name.ts';
import type { Decompressor } from './compressed.ts';
import { Qcow2Disk } from './disk.ts';
import { COMPRESSION, LAZY_REFCOUNTS } from './extensions.ts';
import { field, headerLength, V3_LENGTH } from './header.ts';
import { setCount } from './refcount-bits.ts';
import { l1Entries, setSize } from './resize.ts';

/** The properties of a new image. */
export interface NewQcow2 {
  /** Bytes. */
  readonly size: number;
  /** Bytes, a power of two from 512 to 2 MB. */
  readonly clusterSize?: number;
  readonly version?: 2 | 3;
  /** 1 to 64, a power of two. */
  readonly refcountBits?: number;
  /** How clusters are compressed that are. */
  readonly compression?: 'deflate' | 'zstd';
  /** The name of the backing file, as it is written into the header, with its format and the disk itself. */
  readonly backing?: { readonly file: string; readonly format: string; readonly disk: Disk | undefined };
  /** The header says that counts of clusters may be written late: others may do that. Here they are not. */
  readonly lazyRefcounts?: boolean;
}

/** Makes an image in an empty store, and opens it. */
export async function createQcow2(store: ByteStore, options: NewQcow2, decompressor: Decompressor): Promise<Qcow2Disk> {
  const { size, clusterSize = 65536, version = 3, refcountBits = 16, compression = 'deflate', backing } = options;
  const clusterBits = Math.log2(clusterSize);
  const order = Math.log2(refcountBits);
  if (!Number.isInteger(clusterBits) || clusterBits < 9 || clusterBits > 21) {
    throw new StorageError(store, `cluster_size must be a power of two from 512 to 2M, not ${clusterSize}`);
  }
  if (!Number.isInteger(order) || order > 6 || (version === 2 && order !== 4)) {
    throw new StorageError(
      store,
      `refcount_bits must be a power of two up to 64, and 16 with compat=0.10, not ${refcountBits}`,
    );
  }
  if (compression === 'zstd' && version === 2) {
    throw new StorageError(store, 'compression_type=zstd is not possible with compat=0.10');
  }
  if (options.lazyRefcounts && version === 2) {
    throw new StorageError(store, 'lazy_refcounts=on is not possible with compat=0.10');
  }
  l1Entries(store, size, clusterSize);
  const bytes = new Uint8Array(clusterSize * 3);
  writeHeader(new DataView(bytes.buffer), version, clusterBits, order);
  if (compression === 'zstd') writeCompressionType(bytes);
  if (options.lazyRefcounts) new DataView(bytes.buffer).setBigUint64(field.compatible, LAZY_REFCOUNTS);
  if (backing)
    writeBackingName(store, bytes.subarray(0, clusterSize), headerLength(new DataView(bytes.buffer)), backing);
  writeRefcounts(bytes, clusterSize, order);
  await store.resize(0);
  await store.write(0, bytes);
  const disk = await Qcow2Disk.open(store, backing?.disk, decompressor);
  await disk.alone(() => setSize(disk.metadata, size));
  await disk.flush();
  return disk;
}

/** A disk of no bytes: it gets its size, and the L1 table for it, afterwards. */
function writeHeader(view: DataView, version: 2 | 3, clusterBits: number, refcountOrder: number): void {
  view.setUint32(0, QCOW2_MAGIC);
  view.setUint32(4, version);
  view.setUint32(20, clusterBits);
  view.setBigUint64(field.refcountTable, BigInt(2 ** clusterBits));
  view.setUint32(field.refcountTable + 8, 1);
  if (version === 2) return;
  view.setUint32(96, refcountOrder);
  view.setUint32(100, V3_LENGTH + 8);
}

/** Zstandard is 1. */
function writeCompressionType(head: Uint8Array): void {
  const view = new DataView(head.buffer);
  view.setBigUint64(field.incompatible, COMPRESSION);
  view.setUint8(V3_LENGTH, 1);
}

/** Header, table and block are in use. */
function writeRefcounts(bytes: Uint8Array, clusterSize: number, order: number): void {
  new DataView(bytes.buffer).setBigUint64(clusterSize, BigInt(clusterSize * 2));
  const block = new DataView(bytes.buffer, clusterSize * 2);
  for (let cluster = 0; cluster < 3; cluster++) setCount(block, order, cluster, 1);
}
