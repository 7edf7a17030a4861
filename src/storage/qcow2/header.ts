import { isQcow2 } from '../probe.ts';
import { type ByteStore, StorageError } from '../store.ts';
import {
  COMPRESSION,
  checkFeatures,
  DATA_FILE,
  EXTENDED_L2,
  type Extensions,
  READABLE,
  readExtensions,
} from './extensions.ts';

/** Where fields are that change in place. QEMU's docs/interop/qcow2.txt, "Header". */
export const field = {
  backingOffset: 8,
  size: 24,
  l1Size: 36,
  refcountTable: 48,
  snapshotCount: 60,
  incompatible: 72,
  compatible: 80,
  autoclear: 88,
} as const;

const V2_LENGTH = 72;
/** Shortest header of version 3; the compression type follows it. */
export const V3_LENGTH = 104;
/** Bytes; the limits of QEMU. */
export const MOST_L1 = 32 << 20;
export const MOST_REFCOUNT_TABLE = 8 << 20;
const MOST_BACKING_NAME = 1023;

/** The fields of an image's header. Offsets and sizes are in bytes. */
export interface Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  size: number;
  /** Entries. */
  l1Size: number;
  l1Offset: number;
  refcountTableOffset: number;
  refcountTableClusters: number;
  /** Bits of a reference count, as a power of two. */
  readonly refcountOrder: number;
  snapshotCount: number;
  snapshotsOffset: number;
  readonly backingFile: string | undefined;
  readonly extensions: Extensions;
  incompatible: bigint;
  readonly compatible: bigint;
  autoclear: bigint;
  readonly compression: 'deflate' | 'zstd';
}

/**
 * Reads the header and checks all that it says against the file.
 * @throws StorageError if it cannot be, or needs what isn't supported
 */
export function readHeader(store: ByteStore): Promise<Header> {
  return headerWith(store, READABLE);
}

/**
 * The header of an image that may have its data where it isn't read: describing it needs no data.
 * @throws StorageError if it cannot be, or needs what isn't known
 */
export function describeHeader(store: ByteStore): Promise<Header> {
  return headerWith(store, READABLE | DATA_FILE | EXTENDED_L2);
}

async function headerWith(store: ByteStore, supported: bigint): Promise<Header> {
  const start = new Uint8Array(Math.min(store.size, 1 << 21));
  await store.read(0, start.subarray(0, Math.min(start.length, V3_LENGTH + 8)));
  const view = new DataView(start.buffer);
  if (start.length < V2_LENGTH || !isQcow2(start)) throw new StorageError(store, 'is not a qcow2 image');
  const version = versionOf(store, view);
  const clusterBits = view.getUint32(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw new StorageError(store, `a cluster of 2^${clusterBits} bytes is not possible (2^9 to 2^21 are)`);
  }
  if (start.length < 2 ** clusterBits) throw new StorageError(store, 'ends within its first cluster: was it cut off?');
  const head = start.subarray(0, 2 ** clusterBits);
  await store.read(0, head);
  const header = parse(store, head, version, clusterBits);
  checkFeatures(store, header.incompatible, supported, header.extensions.featureNames);
  checkTables(store, header);
  return header;
}

function versionOf(store: ByteStore, view: DataView): 2 | 3 {
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) throw new StorageError(store, `version ${version} of qcow2 is not supported`);
  if (version === 3 && view.byteLength < V3_LENGTH) throw new StorageError(store, 'ends within its header');
  return version;
}

/** Bytes of a header without its extensions. */
export function headerLength(view: DataView): number {
  return view.getUint32(4) === 3 ? view.getUint32(100) : V2_LENGTH;
}

function parse(store: ByteStore, head: Uint8Array, version: 2 | 3, clusterBits: number): Header {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const isNew = version === 3;
  const length = headerLength(view);
  if (length < (isNew ? V3_LENGTH : V2_LENGTH) || length > head.length || length % 8 !== 0) {
    throw new StorageError(store, `a header of ${length} bytes is not possible`);
  }
  if (view.getUint32(32) !== 0) throw new StorageError(store, 'is encrypted, which is not supported');
  const backing = backingRange(store, view, length);
  const extensions = readExtensions(store, head, length, backing.offset || head.length);
  const incompatible = isNew ? view.getBigUint64(field.incompatible) : 0n;
  return {
    version,
    clusterBits,
    size: Number(view.getBigUint64(field.size)),
    l1Size: view.getUint32(field.l1Size),
    l1Offset: Number(view.getBigUint64(field.l1Size + 4)),
    refcountTableOffset: Number(view.getBigUint64(field.refcountTable)),
    refcountTableClusters: view.getUint32(field.refcountTable + 8),
    refcountOrder: isNew ? view.getUint32(96) : 4,
    snapshotCount: view.getUint32(field.snapshotCount),
    snapshotsOffset: Number(view.getBigUint64(field.snapshotCount + 4)),
    backingFile: backing.length ? text(head.subarray(backing.offset, backing.offset + backing.length)) : undefined,
    extensions,
    incompatible,
    compatible: isNew ? view.getBigUint64(field.compatible) : 0n,
    autoclear: isNew ? view.getBigUint64(field.autoclear) : 0n,
    compression: compressionOf(store, incompatible, length > V3_LENGTH ? view.getUint8(V3_LENGTH) : 0),
  };
}

function backingRange(store: ByteStore, view: DataView, headerLength: number): { offset: number; length: number } {
  const offset = Number(view.getBigUint64(field.backingOffset));
  const length = offset === 0 ? 0 : view.getUint32(field.backingOffset + 8);
  if (length > MOST_BACKING_NAME) throw new StorageError(store, `a backing file's name of ${length} bytes is too long`);
  if (offset !== 0 && (offset < headerLength || offset + length > view.byteLength)) {
    throw new StorageError(store, 'the name of the backing file is not within the first cluster');
  }
  return { offset, length };
}

/** The incompatible feature "compression type" says that the header has a field for it. */
function compressionOf(store: ByteStore, incompatible: bigint, type: number): 'deflate' | 'zstd' {
  if (type > 1) throw new StorageError(store, `compression type ${type} is not supported`);
  if ((type !== 0) !== ((incompatible & COMPRESSION) !== 0n)) {
    throw new StorageError(store, 'the compression type is not what its feature bit says');
  }
  return type === 1 ? 'zstd' : 'deflate';
}

function checkTables(store: ByteStore, header: Header): void {
  const clusterSize = 2 ** header.clusterBits;
  const coveredByEntry = (clusterSize / 8) * clusterSize;
  if (header.refcountOrder > 6) throw new StorageError(store, 'reference counts of more than 64 bits are not possible');
  if (!Number.isSafeInteger(header.size)) throw new StorageError(store, 'is too large a disk');
  if (header.l1Size * 8 > MOST_L1)
    throw new StorageError(store, `the L1 table is too large (${header.l1Size} entries)`);
  if (header.l1Size * coveredByEntry < header.size) {
    throw new StorageError(store, `the L1 table is too small (${header.l1Size} entries) for ${header.size} bytes`);
  }
  checkTable(store, clusterSize, 'L1 table', header.l1Offset, header.l1Size * 8);
  const tableBytes = header.refcountTableClusters * clusterSize;
  if (tableBytes > MOST_REFCOUNT_TABLE || tableBytes === 0) {
    throw new StorageError(store, `a refcount table of ${header.refcountTableClusters} clusters is not possible`);
  }
  if (header.refcountTableOffset === 0) throw new StorageError(store, 'has no refcount table');
  checkTable(store, clusterSize, 'refcount table', header.refcountTableOffset, tableBytes);
  if (header.snapshotCount > 65536) throw new StorageError(store, 'has too many snapshots');
  if (header.snapshotCount > 0) checkTable(store, clusterSize, 'snapshot table', header.snapshotsOffset, 1);
}

function checkTable(store: ByteStore, clusterSize: number, what: string, offset: number, bytes: number): void {
  if (offset % clusterSize !== 0) throw new StorageError(store, `the ${what} is not aligned to clusters`);
  if (bytes > 0 && offset === 0) throw new StorageError(store, `the ${what} would be where the header is`);
  if (bytes > 0 && offset + bytes > store.size)
    throw new StorageError(store, `the ${what} goes beyond the end of the file`);
}

/** UTF-8, as far as it is. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
