import { BlockDisk, type BlockDiskOptions } from '../blocks/disk.ts';
import { PlainMap } from '../blocks/plain-map.ts';
import type { OpenedImage } from '../formats.ts';
import { type DiskPart, PartsDisk } from '../parts.ts';
import type { Decompressor } from '../qcow2/compressed.ts';
import { type ByteStore, type Disk, StorageError } from '../store.ts';
import { TableMemory } from '../table-memory.ts';
import {
  changeContentId,
  DESCRIPTOR_START,
  type DescribedExtent,
  type Descriptor,
  type DescriptorPlace,
  newDescriptor,
  readDescriptor,
} from './descriptor.ts';
import { GrainMap } from './grains.ts';
import { directoryEntries, HEADER_BYTES, newHeader, readHeader, type SparseHeader } from './header.ts';

/** Parts of a disk; more are a mistake. */
const MOST_PARTS = 4096;

/** Opens VMware's image: a file with grains, or a descriptor with its parts in other files. */
export async function openVmdk(image: OpenedImage): Promise<Disk> {
  return (await isDescriptor(image.store)) ? await openParts(image) : await openWhole(image);
}

async function isDescriptor(store: ByteStore): Promise<boolean> {
  const bytes = new Uint8Array(Math.min(store.size, DESCRIPTOR_START.length));
  await store.read(0, bytes);
  return String.fromCharCode(...bytes) === DESCRIPTOR_START;
}

/**
 * The descriptor of an image, which is the file itself, or a part of it. Undefined: it has none.
 * @throws StorageError if it is no VMDK image
 */
export async function descriptorOf(store: ByteStore): Promise<Descriptor | undefined> {
  if (await isDescriptor(store)) return await readDescriptor(store, wholeOf(store));
  const { descriptor: place } = await readHeader(store);
  return place && (await readDescriptor(store, place));
}

/** The place of a descriptor that is a file of its own. */
const wholeOf = ({ size }: ByteStore): DescriptorPlace => ({ offset: 0, length: size });

async function openWhole(image: OpenedImage): Promise<Disk> {
  const { store } = image;
  const map = await GrainMap.load(image);
  const { descriptor: place } = map.header;
  const descriptor = place && (await readDescriptor(store, place));
  const backing = await openParent(image, descriptor?.parent);
  const disk = new BlockDisk(map, { backing, mark: place && (() => changeContentId(store, place)) });
  note(disk, descriptor);
  return disk;
}

/** The content identifiers of disks that were opened here. */
const contentIds = new WeakMap<Disk, number>();

function note(disk: Disk, descriptor: Descriptor | undefined): void {
  if (descriptor?.contentId !== undefined) contentIds.set(disk, descriptor.contentId);
}

/** Opens the image that one stands on; undefined: there is none. @throws StorageError if it has changed since */
async function openParent(
  { store, openBacking }: OpenedImage,
  parent: Descriptor['parent'],
): Promise<Disk | undefined> {
  if (parent === undefined) return undefined;
  const backing = await openBacking(parent.name, 'vmdk');
  const contentId = contentIds.get(backing) ?? parent.contentId;
  if (contentId === parent.contentId) return backing;
  await backing.close();
  throw new StorageError(
    store,
    `stands on ${parent.name}, which has changed since: its CID is ${contentId.toString(16)}, and was ${parent.contentId.toString(16)}; put that image back as it was`,
  );
}

/** The descriptor's own file is open as long as the disk may be written, which is noted in it. */
async function openParts(image: OpenedImage): Promise<Disk> {
  const { store } = image;
  const place = wholeOf(store);
  const descriptor = await readDescriptor(store, place);
  const { parent, extents } = descriptor;
  const size = extents.reduce((sum, extent) => sum + extent.size, 0);
  if (extents.length === 0 || extents.length > MOST_PARTS || !Number.isSafeInteger(size))
    throw new StorageError(store, `describes ${size} bytes in ${extents.length} parts of its disk: not possible`);
  if (parent !== undefined && extents.some(({ kind }) => kind === 'flat'))
    throw new StorageError(store, 'has parts with all bytes, and stands on another image: not possible');
  const opened: Disk[] = [];
  try {
    const backing = await openParent(image, parent);
    if (backing) opened.push(backing);
    let isMarked = false;
    // Once is enough, whichever part is written first.
    const mark = async () => {
      if (!isMarked) await changeContentId(store, place);
      isMarked = true;
    };
    const files = new PartFiles(image);
    const parts: DiskPart[] = [];
    let start = 0;
    for (const extent of extents) {
      const below = backing && partOf(backing, start, extent.size);
      const disk = await files.open(extent, { backing: below, mark });
      if (disk && !opened.includes(disk)) opened.push(disk);
      parts.push({ disk, from: extent.kind === 'flat' ? extent.offset : 0, length: extent.size });
      start += extent.size;
    }
    const disk = new PartsDisk(parts, { store, format: 'vmdk' });
    note(disk, descriptor);
    return disk;
  } catch (error) {
    for (const disk of opened) await disk.close();
    throw error;
  }
}

/** The bytes of the image below that a part stands on. */
function partOf(backing: Disk, from: number, size: number): Disk {
  const length = Math.max(0, Math.min(size, backing.size - from));
  return new PartsDisk([{ disk: backing, from, length }]);
}

/** The files with a disk's parts, each opened once: a part can be named as often as a descriptor has lines. */
class PartFiles {
  readonly #image: OpenedImage;
  readonly #disks = new Map<string, Disk>();

  constructor(image: OpenedImage) {
    this.#image = image;
  }

  /**
   * The disk that has a part's bytes; undefined: they are zeros.
   * @throws StorageError if it has fewer than the descriptor says, or is named twice where that cannot be
   */
  async open({ kind, file = '', size, offset }: DescribedExtent, options: BlockDiskOptions): Promise<Disk | undefined> {
    if (kind === 'zero') return undefined;
    const { store } = this.#image;
    const known = this.#disks.get(`${kind} ${file}`);
    if (known && options.backing)
      throw new StorageError(store, `names its part "${file}" twice, and stands on another image: not possible`);
    const disk = known ?? (await this.#opened(kind, file, options));
    this.#disks.set(`${kind} ${file}`, disk);
    const from = kind === 'flat' ? offset : 0;
    if (disk.size < from + size)
      throw new StorageError(disk, `has ${disk.size} bytes of a disk; the descriptor says ${from + size}`);
    return disk;
  }

  async #opened(kind: 'flat' | 'sparse', file: string, options: BlockDiskOptions): Promise<Disk> {
    const store = await this.#image.openPart(file);
    try {
      const map =
        kind === 'flat' ? new PlainMap('vmdk', store, store.size) : await GrainMap.load({ ...this.#image, store });
      return new BlockDisk(map, options);
    } catch (error) {
      await store.close();
      throw error;
    }
  }
}

const SECTOR = 512;
/** The shape that VMware's own programs give an image: grains of 64 KB, 512 to a table, and a descriptor of 20 sectors behind the header. */
const [GRAIN, TABLE_ENTRIES, DESCRIPTOR_BYTES] = [64 << 10, 512, 20 * SECTOR];

/**
 * Makes an image in one file, in an empty store, and opens it.
 * @throws StorageError if its directory would be too large
 */
export async function createVmdk(store: ByteStore, size: number, decompressor: Decompressor): Promise<Disk> {
  const header = layout(size);
  const { descriptor, overhead, redundantOffset, directoryOffset } = header;
  const text = new TextEncoder().encode(newDescriptor(store.name.split(/[\\/]/).at(-1)!, size));
  if (text.length > DESCRIPTOR_BYTES) throw new StorageError(store, 'has a name that is too long for a VMDK image');
  const tables = new TableMemory();
  const directories = [redundantOffset!, directoryOffset].map(
    (offset) => [offset, directoryIn(tables.hold(store, directoryBytes(header)), offset, header)] as const,
  );
  await store.resize(0);
  await store.resize(overhead);
  for (const [offset, directory] of directories) await store.write(offset, directory);
  await store.write(descriptor!.offset, text);
  await store.write(0, newHeader(header));
  return new BlockDisk(await GrainMap.load({ store, decompressor, tables: new TableMemory() }), {
    mark: () => changeContentId(store, descriptor!),
  });
}

/** Header, descriptor, and twice a directory with its tables behind it; then come the grains. */
function layout(size: number): SparseHeader {
  const first: SparseHeader = {
    ...{ size, grainSize: GRAIN, tableEntries: TABLE_ENTRIES, hasZeroGrains: false, isCompressed: false },
    descriptor: { offset: HEADER_BYTES, length: DESCRIPTOR_BYTES },
    ...{ redundantOffset: HEADER_BYTES + DESCRIPTOR_BYTES, directoryOffset: 0, overhead: 0 },
  };
  const tables = directoryEntries(first) * TABLE_ENTRIES * 4;
  const directoryOffset = first.redundantOffset! + directoryBytes(first) + tables;
  const end = directoryOffset + directoryBytes(first) + tables;
  return { ...first, directoryOffset, overhead: Math.ceil(end / GRAIN) * GRAIN };
}

const directoryBytes = (header: SparseHeader): number => Math.ceil((directoryEntries(header) * 4) / SECTOR) * SECTOR;

/** Fills a directory that will be at an offset of the file. */
function directoryIn(bytes: Uint8Array, offset: number, header: SparseHeader): Uint8Array {
  const view = new DataView(bytes.buffer);
  const first = (offset + bytes.length) / SECTOR;
  for (let n = 0; n < directoryEntries(header); n++)
    view.setUint32(n * 4, first + (n * TABLE_ENTRIES * 4) / SECTOR, true);
  return bytes;
}
