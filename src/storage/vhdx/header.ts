import { type ByteStore, StorageError } from '../store.ts';
import { isWhole, seal } from './checksum.ts';
import { guidText } from './guid.ts';

/** The headers of Microsoft's VHDX ([MS-VHDX], 2.2). All numbers are little-endian. */
export const FILE_SIGNATURE = 'vhdxfile';
export const KB = 1 << 10;
export const MB = 1 << 20;
export const HEADER_BYTES = 4 * KB;
/** Two headers, of which the newer one counts, and two region tables, which are the same. */
export const headerOffsets = [64 * KB, 128 * KB] as const;
export const regionOffsets = [192 * KB, 256 * KB] as const;
const REGION_TABLE_BYTES = 64 * KB;

const field = {
  sequence: 8,
  fileWriteId: 16,
  dataWriteId: 32,
  logId: 48,
  version: 66,
  logLength: 68,
  logOffset: 72,
} as const;
const NO_LOG = new Uint8Array(16);

/** The header that counts. */
export interface Header {
  /** Which of the two places it is at. */
  readonly slot: 0 | 1;
  readonly sequence: bigint;
  readonly fileWriteId: Uint8Array;
  readonly dataWriteId: Uint8Array;
  /** Undefined: nothing is in the log. */
  readonly logId: Uint8Array | undefined;
  readonly logOffset: number;
  readonly logLength: number;
}

/** @throws StorageError if none of the two is right */
export async function readHeader(store: ByteStore): Promise<Header> {
  const start = new Uint8Array(FILE_SIGNATURE.length);
  await readPart(store, 0, start, 'signature');
  if (String.fromCharCode(...start) !== FILE_SIGNATURE) throw new StorageError(store, 'is not a VHDX image');
  const found: Header[] = [];
  for (const slot of [0, 1] as const) {
    const bytes = new Uint8Array(HEADER_BYTES);
    await readPart(store, headerOffsets[slot], bytes, 'headers');
    if (isWhole(bytes, 'head')) found.push(headerOf(bytes, slot, store));
  }
  const newest = found.sort((a, b) => (a.sequence < b.sequence ? 1 : -1))[0];
  if (newest === undefined) throw new StorageError(store, 'has no header that is not damaged');
  return newest;
}

function headerOf(bytes: Uint8Array, slot: 0 | 1, store: ByteStore): Header {
  const view = new DataView(bytes.buffer);
  const version = view.getUint16(field.version, true);
  if (version !== 1) throw new StorageError(store, `is a VHDX image of version ${version}; 1 is supported`);
  const id = (at: number) => bytes.slice(at, at + 16);
  const logId = id(field.logId);
  return {
    slot,
    sequence: view.getBigUint64(field.sequence, true),
    fileWriteId: id(field.fileWriteId),
    dataWriteId: id(field.dataWriteId),
    logId: logId.some((byte) => byte !== 0) ? logId : undefined,
    logOffset: Number(view.getBigUint64(field.logOffset, true)),
    logLength: view.getUint32(field.logLength, true),
  };
}

/** Writes a header over the older one, and returns when it is there. */
export async function writeHeader(store: ByteStore, old: Header, change: Partial<Header>): Promise<Header> {
  const header: Header = { ...old, ...change, sequence: old.sequence + 1n, slot: old.slot === 0 ? 1 : 0 };
  await store.flush();
  await store.write(headerOffsets[header.slot], headerBytes(header));
  await store.flush();
  return header;
}

export function headerBytes({ sequence, fileWriteId, dataWriteId, logId, logOffset, logLength }: Header): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(field.sequence, sequence, true);
  bytes.set(fileWriteId, field.fileWriteId);
  bytes.set(dataWriteId, field.dataWriteId);
  bytes.set(logId ?? NO_LOG, field.logId);
  view.setUint16(field.version, 1, true);
  view.setUint32(field.logLength, logLength, true);
  view.setBigUint64(field.logOffset, BigInt(logOffset), true);
  seal(bytes, 'head');
  return bytes;
}

/** Parts of the file that a region table names (2.2.3). */
export const Region = {
  blocks: '2dc27766-f623-4200-9d64-115e9bfd4a08',
  metadata: '8b7ca206-4790-4b9a-b8fe-575f050f886e',
} as const;

export interface RegionPlace {
  readonly offset: number;
  readonly length: number;
}

const REGION_ENTRIES = 16;
const ENTRY_BYTES = 32;
const MOST_REGIONS = Math.floor((REGION_TABLE_BYTES - REGION_ENTRIES) / ENTRY_BYTES);

/** Regions by their GUIDs. @throws StorageError if no table is right, or one names a region that must be known and is not */
export async function readRegions(store: ByteStore): Promise<ReadonlyMap<string, RegionPlace>> {
  for (const offset of regionOffsets) {
    const bytes = new Uint8Array(REGION_TABLE_BYTES);
    await readPart(store, offset, bytes, 'region tables');
    if (isWhole(bytes, 'regi')) return regionsOf(bytes, store);
  }
  throw new StorageError(store, 'has no region table that is not damaged');
}

function regionsOf(bytes: Uint8Array, store: ByteStore): ReadonlyMap<string, RegionPlace> {
  const view = new DataView(bytes.buffer);
  const regions = new Map<string, RegionPlace>();
  const known: readonly string[] = Object.values(Region);
  const count = Math.min(MOST_REGIONS, view.getUint32(8, true));
  for (let n = 0; n < count; n++) {
    const at = REGION_ENTRIES + n * ENTRY_BYTES;
    const id = guidText(bytes.subarray(at, at + 16));
    if (!known.includes(id) && view.getUint32(at + 28, true) & 1)
      throw new StorageError(store, `has a region that is needed and unknown: ${id}`);
    regions.set(id, { offset: Number(view.getBigUint64(at + 16, true)), length: view.getUint32(at + 24, true) });
  }
  return regions;
}

/** A region table. */
export function regionTable(regions: readonly (readonly [id: Uint8Array, place: RegionPlace])[]): Uint8Array {
  const bytes = new Uint8Array(REGION_TABLE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, regions.length, true);
  for (const [n, [id, { offset, length }]] of regions.entries()) {
    const at = REGION_ENTRIES + n * ENTRY_BYTES;
    bytes.set(id, at);
    view.setBigUint64(at + 16, BigInt(offset), true);
    view.setUint32(at + 24, length, true);
    view.setUint32(at + 28, 1, true);
  }
  seal(bytes, 'regi');
  return bytes;
}

/** Reads a part of the file that must be there. @throws StorageError if it is not */
export async function readPart(store: ByteStore, offset: number, target: Uint8Array, what: string): Promise<void> {
  if (!(offset >= 0 && offset + target.length <= store.size))
    throw new StorageError(store, `its ${what} at byte ${offset} are not within its ${store.size} bytes`);
  await store.read(offset, target);
}
