import { type ByteStore, StorageError } from '../store.ts';
import { guidBytes, guidText, newGuid } from './guid.ts';
import { KB, MB, type RegionPlace, readPart } from './header.ts';

/** Items of the metadata region ([MS-VHDX], 2.6.2). */
const Item = {
  fileParameters: 'caa16737-fa36-4d43-b3b6-33f0aa44e76b',
  diskSize: '2fa54224-cd1b-4876-b211-5dbed83bf4b8',
  diskId: 'beca12ab-b2e6-4523-93ef-c309e000c746',
  logicalSector: '8141bf1d-a96f-4709-ba47-f233a8faab5f',
  physicalSector: 'cda348c7-445d-4471-9cc9-e9885251c556',
  parentLocator: 'a8d35f2d-b30b-454d-abf7-d3d84834ab0c',
} as const;

const SIGNATURE = 'metadata';
const TABLE_BYTES = 64 * KB;
const ENTRY_BYTES = 32;
const MOST_ENTRIES = 2047;
const MOST_ITEM = MB;
const HAS_PARENT = 2;
/** Flags of an item: it is the disk's, and one must know it. */
const [IS_DISK, IS_REQUIRED] = [2, 4];

export interface Metadata {
  readonly size: number;
  readonly blockSize: number;
  readonly sectorSize: number;
}

/** @throws StorageError if the region is not right, or the image stands on another one */
export async function readMetadata(store: ByteStore, region: RegionPlace): Promise<Metadata> {
  const items = await readItems(store, region);
  const item = (name: keyof typeof Item, length: number): DataView => {
    const bytes = items.get(Item[name]);
    if (bytes === undefined || bytes.length < length) throw new StorageError(store, `does not say its ${name}`);
    return new DataView(bytes.buffer);
  };
  const parameters = item('fileParameters', 8);
  if (parameters.getUint32(4, true) & HAS_PARENT)
    throw new StorageError(store, 'is a difference to another VHDX image, which is not supported; merge them before');
  const blockSize = parameters.getUint32(0, true);
  const size = Number(item('diskSize', 8).getBigUint64(0, true));
  const sectorSize = item('logicalSector', 4).getUint32(0, true);
  const isBlockSize = blockSize >= MB && blockSize <= 256 * MB && Number.isInteger(Math.log2(blockSize));
  if (!isBlockSize || (sectorSize !== 512 && sectorSize !== 4096) || size > 64 * 2 ** 40 || size % 512 !== 0)
    throw new StorageError(
      store,
      `has ${size} bytes in blocks of ${blockSize} and sectors of ${sectorSize}: not possible`,
    );
  return { size, blockSize, sectorSize };
}

async function readItems(store: ByteStore, { offset }: RegionPlace): Promise<ReadonlyMap<string, Uint8Array>> {
  const table = new Uint8Array(TABLE_BYTES);
  await readPart(store, offset, table, 'metadata');
  if (String.fromCharCode(...table.subarray(0, SIGNATURE.length)) !== SIGNATURE)
    throw new StorageError(store, 'has metadata that is damaged');
  const view = new DataView(table.buffer);
  const known: readonly string[] = Object.values(Item);
  const items = new Map<string, Uint8Array>();
  const count = Math.min(MOST_ENTRIES, view.getUint16(10, true));
  for (let n = 1; n <= count; n++) {
    const at = n * ENTRY_BYTES;
    const id = guidText(table.subarray(at, at + 16));
    const length = view.getUint32(at + 20, true);
    if (!known.includes(id)) {
      if (view.getUint32(at + 24, true) & IS_REQUIRED)
        throw new StorageError(store, `has metadata that is needed and unknown: ${id}`);
      continue;
    }
    if (length > MOST_ITEM) throw new StorageError(store, `has metadata of ${length} bytes: not possible`);
    const bytes = new Uint8Array(length);
    await readPart(store, offset + view.getUint32(at + 16, true), bytes, 'metadata');
    items.set(id, bytes);
  }
  return items;
}

/** The beginning of the metadata region of a new image. */
export function newMetadata({ size, blockSize, sectorSize }: Metadata): Uint8Array {
  const number = (bytes: 4 | 8, ...values: readonly bigint[]) => {
    const view = new DataView(new ArrayBuffer(8));
    for (const [n, value] of values.entries())
      if (bytes === 8) view.setBigUint64(0, value, true);
      else view.setUint32(n * 4, Number(value), true);
    return new Uint8Array(view.buffer, 0, bytes * values.length);
  };
  const items: readonly (readonly [string, Uint8Array, number])[] = [
    [Item.fileParameters, number(4, BigInt(blockSize), 0n), IS_REQUIRED],
    [Item.diskSize, number(8, BigInt(size)), IS_DISK | IS_REQUIRED],
    [Item.diskId, newGuid(), IS_DISK | IS_REQUIRED],
    [Item.logicalSector, number(4, BigInt(sectorSize)), IS_DISK | IS_REQUIRED],
    [Item.physicalSector, number(4, 512n), IS_DISK | IS_REQUIRED],
  ];
  const bytes = new Uint8Array(TABLE_BYTES + items.length * 16);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < SIGNATURE.length; n++) bytes[n] = SIGNATURE.charCodeAt(n);
  view.setUint16(10, items.length, true);
  for (const [n, [id, content, flags]] of items.entries()) {
    const [at, place] = [(n + 1) * ENTRY_BYTES, TABLE_BYTES + n * 16];
    bytes.set(guidBytes(id), at);
    view.setUint32(at + 16, place, true);
    view.setUint32(at + 20, content.length, true);
    view.setUint32(at + 24, flags, true);
    bytes.set(content, place);
  }
  return bytes;
}
