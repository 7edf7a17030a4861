import { type ByteStore, StorageError } from '../store.ts';
import type { DescriptorPlace } from './descriptor.ts';

/** The header of a file that has grains ("Hosted Sparse Extents" and "ESX Server Sparse Extents" of VMware's specification). Little-endian. */
const HOSTED_MAGIC = 'KDMV';
const ESX_MAGIC = 'COWD';
export const HEADER_BYTES = 512;
const SECTOR = 512;

/** Flags of a hosted header. */
const Flag = { redundant: 1 << 1, zeroGrains: 1 << 2, compressed: 1 << 16 } as const;
/** The directory's place stands in a footer, as the file was written from its beginning to its end. */
const IN_FOOTER = 2n ** 64n - 1n;
const DEFLATE = 1;

const hosted = {
  version: 4,
  flags: 8,
  capacity: 12,
  grainSize: 20,
  descriptorOffset: 28,
  descriptorSize: 36,
  tableEntries: 44,
  redundantOffset: 48,
  directoryOffset: 56,
  overhead: 64,
  newlines: 73,
  compression: 77,
} as const;
const esx = { version: 4, capacity: 12, grainSize: 16, directoryOffset: 20, directoryEntries: 24 } as const;
const ESX_TABLE_ENTRIES = 4096;

const MOST_GRAIN = 64 << 20;
/** As in QEMU; tables of all known programs have 512 entries, or ESX' 4096. */
const MOST_TABLE_ENTRIES = 4096;

/** Offsets and sizes are in bytes. */
export interface SparseHeader {
  /** Bytes of the disk, or of its part. */
  readonly size: number;
  readonly grainSize: number;
  /** Entries of a grain table. */
  readonly tableEntries: number;
  readonly directoryOffset: number;
  /** The copy of the directory; undefined if there is none. */
  readonly redundantOffset: number | undefined;
  readonly hasZeroGrains: boolean;
  readonly isCompressed: boolean;
  /** Undefined: the file has none in it. */
  readonly descriptor: DescriptorPlace | undefined;
  /** Where grains begin. */
  readonly overhead: number;
}

/** Entries of the directory: one for each grain table. */
export const directoryEntries = ({ size, grainSize, tableEntries }: SparseHeader): number =>
  Math.ceil(Math.ceil(size / grainSize) / tableEntries);

/** @throws StorageError if it is not right, or of a kind that is not supported */
export async function readHeader(store: ByteStore): Promise<SparseHeader> {
  const view = await headerAt(store, 0);
  const magic = magicOf(view);
  if (magic === ESX_MAGIC) return checked(store, esxHeader(view));
  if (magic !== HOSTED_MAGIC) throw new StorageError(store, 'is not a VMDK image with grains');
  const isInFooter = view.getBigUint64(hosted.directoryOffset, true) === IN_FOOTER;
  // The footer stands before the last sector, which marks the end.
  const real = isInFooter ? await headerAt(store, store.size - 2 * SECTOR) : view;
  if (magicOf(real) !== HOSTED_MAGIC) throw new StorageError(store, 'ends before its footer: it is not all there');
  return checked(store, hostedHeader(store, real));
}

async function headerAt(store: ByteStore, offset: number): Promise<DataView> {
  if (offset < 0 || offset + HEADER_BYTES > store.size) throw new StorageError(store, 'ends within its header');
  const bytes = new Uint8Array(HEADER_BYTES);
  await store.read(offset, bytes);
  return new DataView(bytes.buffer);
}

const magicOf = (view: DataView): string => String.fromCharCode(...new Uint8Array(view.buffer, 0, 4));

function esxHeader(view: DataView): SparseHeader {
  const bytes = (offset: number) => view.getUint32(offset, true) * SECTOR;
  return {
    size: bytes(esx.capacity),
    grainSize: bytes(esx.grainSize),
    tableEntries: ESX_TABLE_ENTRIES,
    directoryOffset: bytes(esx.directoryOffset),
    redundantOffset: undefined,
    ...{ hasZeroGrains: false, isCompressed: false, descriptor: undefined },
    overhead: bytes(esx.directoryOffset) + view.getUint32(esx.directoryEntries, true) * 4,
  };
}

function hostedHeader(store: ByteStore, view: DataView): SparseHeader {
  const bytes = (offset: number) => Number(view.getBigUint64(offset, true)) * SECTOR;
  const [version, flags] = [view.getUint32(hosted.version, true), view.getUint32(hosted.flags, true)];
  if (version < 1 || version > 3)
    throw new StorageError(store, `is a VMDK image of version ${version}; 1 to 3 are known`);
  // A transfer that takes the file for a text changes these.
  if ([10, 32, 13, 10].some((byte, n) => view.getUint8(hosted.newlines + n) !== byte))
    throw new StorageError(store, 'was damaged by a transfer that took it for a text');
  const isCompressed = (flags & Flag.compressed) !== 0;
  const compression = view.getUint16(hosted.compression, true);
  if (isCompressed && compression !== DEFLATE)
    throw new StorageError(store, `is compressed by an unknown method, ${compression}`);
  const length = bytes(hosted.descriptorSize);
  return {
    size: bytes(hosted.capacity),
    grainSize: bytes(hosted.grainSize),
    tableEntries: view.getUint32(hosted.tableEntries, true),
    directoryOffset: bytes(hosted.directoryOffset),
    redundantOffset: flags & Flag.redundant ? bytes(hosted.redundantOffset) : undefined,
    hasZeroGrains: (flags & Flag.zeroGrains) !== 0,
    isCompressed,
    descriptor: length > 0 ? { offset: bytes(hosted.descriptorOffset), length } : undefined,
    overhead: bytes(hosted.overhead),
  };
}

function checked(store: ByteStore, header: SparseHeader): SparseHeader {
  const { size, grainSize, tableEntries } = header;
  const isPower = Number.isInteger(Math.log2(grainSize)) && grainSize >= SECTOR && grainSize <= MOST_GRAIN;
  if (!isPower || tableEntries < 1 || tableEntries > MOST_TABLE_ENTRIES || !Number.isSafeInteger(size))
    throw new StorageError(
      store,
      `has grains of ${grainSize} bytes, ${tableEntries} to a table, for ${size}: not possible`,
    );
  for (const offset of [header.directoryOffset, header.redundantOffset ?? 0]) {
    const bytes = directoryEntries(header) * 4;
    if (!(offset + bytes <= store.size))
      throw new StorageError(store, `ends before its directory of grains at byte ${offset}`);
  }
  return header;
}

/** The header of a new image with one file; offsets and sizes are those of the description. */
export function newHeader(header: SparseHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const set = (offset: number, value: number) => view.setBigUint64(offset, BigInt(value / SECTOR), true);
  for (let n = 0; n < 4; n++) bytes[n] = HOSTED_MAGIC.charCodeAt(n);
  view.setUint32(hosted.version, 1, true);
  view.setUint32(hosted.flags, 1 | Flag.redundant, true);
  set(hosted.capacity, header.size);
  set(hosted.grainSize, header.grainSize);
  set(hosted.descriptorOffset, header.descriptor!.offset);
  set(hosted.descriptorSize, header.descriptor!.length);
  view.setUint32(hosted.tableEntries, header.tableEntries, true);
  set(hosted.redundantOffset, header.redundantOffset!);
  set(hosted.directoryOffset, header.directoryOffset);
  set(hosted.overhead, header.overhead);
  bytes.set([10, 32, 13, 10], hosted.newlines);
  return bytes;
}
