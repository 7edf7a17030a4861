import { type ByteStore, StorageError } from '../store.ts';

/** "VirtualBox Disk Image" (VirtualBox's VDICore.h; QEMU's block/vdi.c). All numbers are little-endian. */
export const VDI_SIGNATURE = 0xbeda107f;
export const SIGNATURE_OFFSET = 0x40;
/** 1.1, of which all images are since VirtualBox 1.3. */
export const VERSION = 0x0001_0001;
/** Bytes of the header with the text before it. */
export const HEADER_BYTES = 512;

export const field = {
  version: 0x44,
  headerSize: 0x48,
  type: 0x4c,
  mapOffset: 0x154,
  dataOffset: 0x158,
  sectorSize: 0x168,
  diskSize: 0x170,
  blockSize: 0x178,
  blockExtra: 0x17c,
  blocks: 0x180,
  allocated: 0x184,
  id: 0x188,
  snapshotId: 0x198,
  linkId: 0x1a8,
  parentId: 0x1b8,
} as const;

/** Kinds of images: those that grow, and those whose blocks are all there. */
export const ImageType = { dynamic: 1, fixed: 2 } as const;

/** Entries of the map other than numbers of blocks in the file. */
export const Entry = { unallocated: 0xffffffff, discarded: 0xfffffffe } as const;

/** Blocks of more bytes are a mistake. */
const MOST_BLOCK = 64 << 20;

export interface VdiHeader {
  readonly size: number;
  readonly blockSize: number;
  readonly blocks: number;
  readonly mapOffset: number;
  readonly dataOffset: number;
  /** Blocks that the file has. */
  readonly allocated: number;
  readonly isFixed: boolean;
}

/** @throws StorageError if it is none, or of a kind that is not supported */
export async function readHeader(store: ByteStore): Promise<VdiHeader> {
  const bytes = new Uint8Array(HEADER_BYTES);
  await store.read(0, bytes.subarray(0, Math.min(store.size, HEADER_BYTES)));
  const view = new DataView(bytes.buffer);
  const word = (name: keyof typeof field) => view.getUint32(field[name], true);
  const refuse = (problem: string): never => {
    throw new StorageError(store, problem);
  };
  if (view.getUint32(SIGNATURE_OFFSET, true) !== VDI_SIGNATURE) refuse('is not a VDI image');
  if (word('version') !== VERSION)
    refuse(`is a VDI image of version ${word('version') >>> 16}.${word('version') & 0xffff}; 1.1 is supported`);
  if (hasId(bytes, field.linkId) || hasId(bytes, field.parentId))
    refuse('is a difference to another VDI image, which is not supported; merge them in VirtualBox');
  const size = Number(view.getBigUint64(field.diskSize, true));
  const [blockSize, blocks] = [word('blockSize'), word('blocks')];
  const isBlockSize = blockSize >= 512 && blockSize % 512 === 0 && blockSize <= MOST_BLOCK;
  if (!isBlockSize || word('blockExtra') !== 0 || word('sectorSize') !== 512)
    refuse(`has blocks of ${blockSize} + ${word('blockExtra')} bytes, or sectors that are not of 512: not supported`);
  if (!Number.isSafeInteger(size) || size > blocks * blockSize)
    refuse(`has ${size} bytes in ${blocks} blocks of ${blockSize}: they do not fit`);
  const [mapOffset, dataOffset] = [word('mapOffset'), word('dataOffset')];
  if (mapOffset < HEADER_BYTES || mapOffset + blocks * 4 > dataOffset)
    refuse(`its map of ${blocks} blocks is not between its header and its data`);
  const isFixed = word('type') === ImageType.fixed;
  return { size: alignedSize(size), blockSize, blocks, mapOffset, dataOffset, allocated: word('allocated'), isFixed };
}

/** A last sector is whole, as with QEMU. */
const alignedSize = (size: number): number => Math.ceil(size / 512) * 512;

function hasId(bytes: Uint8Array, offset: number): boolean {
  return bytes.subarray(offset, offset + 16).some((byte) => byte !== 0);
}
