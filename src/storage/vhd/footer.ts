import { type ByteStore, StorageError } from '../store.ts';

/** Microsoft's "Virtual Hard Disk Image Format Specification", 1.0 (2006). All numbers are big-endian. */
export const FOOTER_BYTES = 512;
export const HEADER_BYTES = 1024;
const COOKIE = 'conectix';
const HEADER_COOKIE = 'cxsparse';

export const DiskType = { fixed: 2, dynamic: 3, differencing: 4 } as const;

/** Fields of the footer, and where a dynamic disk has its copy of it: at the beginning. */
const footerField = {
  features: 8,
  version: 12,
  headerOffset: 16,
  timestamp: 24,
  creator: 28,
  creatorVersion: 32,
  creatorSystem: 36,
  originalSize: 40,
  size: 48,
  cylinders: 56,
  heads: 58,
  sectors: 59,
  type: 60,
  checksum: 64,
  id: 68,
} as const;

const headerField = { next: 8, tableOffset: 16, version: 24, entries: 28, blockSize: 32, checksum: 36 } as const;

/** Seconds of 1970 at the beginning of 2000, from which timestamps count. */
const EPOCH = 946_684_800;
/** Programs that mean the geometry by the size, not the bytes that stand in the footer (QEMU's block/vpc.c). */
const byGeometry = ['vpc ', 'qemu'];
/** Sectors of the largest geometry: then the bytes count, whoever made the image. */
const MOST_GEOMETRY = 65535 * 16 * 255;
const MOST_BLOCK = 256 << 20;

export interface Footer {
  /** All of it, as a dynamic disk has it twice. */
  readonly bytes: Uint8Array;
  /** Bytes of the disk. */
  readonly size: number;
  readonly type: number;
  readonly headerOffset: number;
}

/** The footer; of a dynamic disk its copy at the beginning. @throws StorageError if it is not right */
export async function readFooter(store: ByteStore): Promise<Footer> {
  if (store.size < FOOTER_BYTES) throw new StorageError(store, 'is not a VHD image');
  const [start, end] = [new Uint8Array(FOOTER_BYTES), new Uint8Array(FOOTER_BYTES)];
  await store.read(0, start);
  await store.read(store.size - FOOTER_BYTES, end);
  const bytes = [start, end].find((footer) => hasCookie(footer, COOKIE));
  if (bytes === undefined) throw new StorageError(store, 'is not a VHD image');
  const view = new DataView(bytes.buffer);
  if (checksumOf(bytes, footerField.checksum) !== view.getUint32(footerField.checksum))
    throw new StorageError(store, 'has a footer whose checksum is wrong');
  const size = sizeOf(view);
  if (!Number.isSafeInteger(size) || size % 512 !== 0)
    throw new StorageError(store, `says that its disk has ${size} bytes`);
  const headerOffset = Number(view.getBigUint64(footerField.headerOffset));
  return { bytes, size, type: view.getUint32(footerField.type), headerOffset };
}

function sizeOf(view: DataView): number {
  const sectors = view.getUint16(footerField.cylinders) * view.getUint8(58) * view.getUint8(59);
  const creator = String.fromCharCode(...new Uint8Array(view.buffer, footerField.creator, 4));
  const isByGeometry = byGeometry.includes(creator) && sectors !== MOST_GEOMETRY;
  return isByGeometry ? sectors * 512 : Number(view.getBigUint64(footerField.size));
}

/** The header of a dynamic disk. */
export interface DynamicHeader {
  readonly tableOffset: number;
  readonly entries: number;
  readonly blockSize: number;
}

/** @throws StorageError if it is not right */
export async function readDynamicHeader(store: ByteStore, { headerOffset, size }: Footer): Promise<DynamicHeader> {
  if (headerOffset + HEADER_BYTES > store.size) throw new StorageError(store, 'ends before its dynamic header');
  const bytes = new Uint8Array(HEADER_BYTES);
  await store.read(headerOffset, bytes);
  const view = new DataView(bytes.buffer);
  if (
    !hasCookie(bytes, HEADER_COOKIE) ||
    checksumOf(bytes, headerField.checksum) !== view.getUint32(headerField.checksum)
  )
    throw new StorageError(store, 'has a dynamic header that is damaged');
  const [entries, blockSize] = [view.getUint32(headerField.entries), view.getUint32(headerField.blockSize)];
  const isBlockSize = blockSize >= 512 && blockSize <= MOST_BLOCK && Number.isInteger(Math.log2(blockSize));
  if (!isBlockSize || entries * blockSize < size)
    throw new StorageError(store, `has ${entries} blocks of ${blockSize} bytes for a disk of ${size}: not possible`);
  const tableOffset = Number(view.getBigUint64(headerField.tableOffset));
  if (tableOffset + entries * 4 > store.size) throw new StorageError(store, 'ends within its table of blocks');
  return { tableOffset, entries, blockSize };
}

/** A new footer. */
export function newFooter(size: number, type: number): Uint8Array {
  const bytes = new Uint8Array(FOOTER_BYTES);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, COOKIE);
  view.setUint32(footerField.features, 2);
  view.setUint32(footerField.version, 0x10000);
  view.setBigUint64(footerField.headerOffset, type === DiskType.fixed ? 2n ** 64n - 1n : BigInt(FOOTER_BYTES));
  view.setUint32(footerField.timestamp, Math.floor(Date.now() / 1000) - EPOCH);
  // The program's name decides what a reader takes for the size: by "qem2" it is the number of bytes, everywhere.
  putText(bytes, footerField.creator, 'qem2');
  view.setUint32(footerField.creatorVersion, 0x50003);
  putText(bytes, footerField.creatorSystem, 'Wi2k');
  view.setBigUint64(footerField.originalSize, BigInt(size));
  view.setBigUint64(footerField.size, BigInt(size));
  const { cylinders, heads, sectors } = geometryOf(size / 512);
  view.setUint16(footerField.cylinders, cylinders);
  view.setUint8(footerField.heads, heads);
  view.setUint8(footerField.sectors, sectors);
  view.setUint32(footerField.type, type);
  crypto.getRandomValues(bytes.subarray(footerField.id, footerField.id + 16));
  view.setUint32(footerField.checksum, checksumOf(bytes, footerField.checksum));
  return bytes;
}

/** A new header of a dynamic disk, whose table follows it. */
export function newDynamicHeader(entries: number, blockSize: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, HEADER_COOKIE);
  view.setBigUint64(headerField.next, 2n ** 64n - 1n);
  view.setBigUint64(headerField.tableOffset, BigInt(FOOTER_BYTES + HEADER_BYTES));
  view.setUint32(headerField.version, 0x10000);
  view.setUint32(headerField.entries, entries);
  view.setUint32(headerField.blockSize, blockSize);
  view.setUint32(headerField.checksum, checksumOf(bytes, headerField.checksum));
  return bytes;
}

interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectors: number;
}

/** The geometry of a disk ("CHS Calculation", the specification's appendix). */
export function geometryOf(totalSectors: number): Geometry {
  const total = Math.min(totalSectors, MOST_GEOMETRY);
  if (total > 65535 * 16 * 63) return { cylinders: Math.floor(total / 255 / 16), heads: 16, sectors: 255 };
  let sectors = 17;
  let tracks = Math.floor(total / sectors);
  let heads = Math.max(4, Math.ceil(tracks / 1024));
  for (const more of [31, 63]) {
    if (tracks < heads * 1024 && heads <= 16) break;
    sectors = more;
    heads = 16;
    tracks = Math.floor(total / sectors);
  }
  return { cylinders: Math.floor(tracks / heads), heads, sectors };
}

/** The one's complement of the sum of all bytes, without those of the checksum. */
function checksumOf(bytes: Uint8Array, at: number): number {
  return ~bytes.reduce((sum, byte, n) => (n >= at && n < at + 4 ? sum : sum + byte), 0) >>> 0;
}

const hasCookie = (bytes: Uint8Array, cookie: string): boolean =>
  String.fromCharCode(...bytes.subarray(0, cookie.length)) === cookie;

function putText(bytes: Uint8Array, at: number, text: string): void {
  for (let n = 0; n < text.length; n++) bytes[at + n] = text.charCodeAt(n);
}
