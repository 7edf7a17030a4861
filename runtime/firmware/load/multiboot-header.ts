import { BootError } from './boot.ts';
import { viewOf } from './view.ts';

/** Multiboot 0.6.96, section 3.1: the header lies in the first 8192 bytes, 32-bit aligned. */
const MAGIC = 0x1badb002;
export const MULTIBOOT_SEARCH_BYTES = 8192;
const HEADER_BYTES = 12;
const HEADER_BYTES_WITH_ADDRESSES = 32;

const HeaderFlag = { alignModules: 1 << 0, memoryInformation: 1 << 1, videoMode: 1 << 2, addresses: 1 << 16 } as const;
/** Bits 0-15 are requirements: one that a loader does not know must make it refuse. */
const REQUIREMENTS = 0xffff;
const KNOWN_REQUIREMENTS = HeaderFlag.alignModules | HeaderFlag.memoryInformation | HeaderFlag.videoMode;

/** The address fields of an image that is not ELF ("a.out kludge"); physical addresses. */
export interface MultibootAddresses {
  readonly header: number;
  readonly load: number;
  /** End of the data to load; 0: all of the file. */
  readonly loadEnd: number;
  /** End of the zeroed memory; 0: none. */
  readonly bssEnd: number;
  readonly entry: number;
}

export interface MultibootHeader {
  /** Offset of the header in the file. */
  readonly offset: number;
  /** Undefined: the image is ELF. */
  readonly addresses: MultibootAddresses | undefined;
}

/** Offset of the Multiboot header in the file, or -1. */
export function findMultibootHeader(kernel: Uint8Array): number {
  const end = Math.min(kernel.length, MULTIBOOT_SEARCH_BYTES) - HEADER_BYTES;
  const view = viewOf(kernel);
  for (let offset = 0; offset <= end; offset += 4) {
    if (view.getUint32(offset, true) === MAGIC && checksumHolds(view, offset)) return offset;
  }
  return -1;
}

function checksumHolds(view: DataView, offset: number): boolean {
  const word = (index: number): number => view.getUint32(offset + index * 4, true);
  return ((word(0) + word(1) + word(2)) | 0) === 0;
}

/** @throws BootError if there is no header, it is cut off, or it asks for something unknown */
export function parseMultibootHeader(kernel: Uint8Array): MultibootHeader {
  const offset = findMultibootHeader(kernel);
  if (offset < 0) throw new BootError('the kernel has no Multiboot header in its first 8 KB');
  const flags = viewOf(kernel).getUint32(offset + 4, true);
  const unknown = flags & REQUIREMENTS & ~KNOWN_REQUIREMENTS;
  if (unknown !== 0) {
    throw new BootError(
      `the Multiboot kernel requires features that do not exist here (flags 0x${unknown.toString(16)})`,
    );
  }
  return { offset, addresses: flags & HeaderFlag.addresses ? readAddresses(kernel, offset) : undefined };
}

function readAddresses(kernel: Uint8Array, offset: number): MultibootAddresses {
  if (offset + HEADER_BYTES_WITH_ADDRESSES > kernel.length) {
    throw new BootError('the kernel is truncated within its Multiboot header; copy it again');
  }
  const view = viewOf(kernel);
  const word = (index: number): number => view.getUint32(offset + index * 4, true);
  return { header: word(3), load: word(4), loadEnd: word(5), bssEnd: word(6), entry: word(7) };
}
