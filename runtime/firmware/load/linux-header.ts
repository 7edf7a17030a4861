import { BootError } from './boot.ts';
import { viewOf } from './view.ts';

/** Offsets of the real-mode setup header, the same in the file and in boot_params (boot.rst, "The Real-Mode Kernel Header"). */
export const Setup = {
  start: 0x1f1,
  setupSectors: 0x1f1,
  protectedModeParagraphs: 0x1f4,
  videoMode: 0x1fa,
  bootFlag: 0x1fe,
  jumpDisplacement: 0x201,
  magic: 0x202,
  version: 0x206,
  loaderType: 0x210,
  loadFlags: 0x211,
  code32Start: 0x214,
  ramdiskImage: 0x218,
  ramdiskSize: 0x21c,
  heapEnd: 0x224,
  commandLine: 0x228,
  initrdAddressMax: 0x22c,
  kernelAlignment: 0x230,
  relocatable: 0x234,
  extendedLoadFlags: 0x236,
  commandLineSize: 0x238,
  preferredAddress: 0x258,
  initSize: 0x260,
} as const;

export const LoadFlag = { loadedHigh: 0x01, canUseHeap: 0x80 } as const;
/** type_of_loader: 0xFF is "undefined", for loaders without an assigned number. */
export const LOADER_UNDEFINED = 0xff;
const ONLY_64_BIT_KERNEL = 0x01;
const BOOT_FLAG = 0xaa55;
const HEADER_MAGIC = 0x53726448;
const SECTOR = 512;
/** The first with a 32-bit entry that loaders may use. */
const FIRST_WITH_32_BIT_ENTRY = 0x202;

/** The header of a bzImage or zImage; fields that its protocol version lacks have the values that the document gives. */
export interface LinuxHeader {
  /** Boot protocol version, 0x020f for 2.15; 0: the kernel is from before there were versions. */
  readonly version: number;
  /** The setup header's bytes, from offset 0x1F1. */
  readonly setupHeader: Uint8Array;
  /** The protected-mode kernel: all of the file after the real-mode part. */
  readonly protectedMode: Uint8Array;
  readonly code32Start: number;
  readonly loadFlags: number;
  /** Highest address that a byte of the initrd may have. */
  readonly initrdAddressMax: number;
  /** Longest command line, without its terminator. */
  readonly commandLineSize: number;
  /** Where the kernel wants to run, and the memory it needs there until it reads the memory map; 0 where not told. */
  readonly preferredAddress: number;
  readonly initSize: number;
  readonly kernelAlignment: number;
  readonly relocatable: boolean;
}

/** Whether the file has the marks of a Linux kernel: a setup header, or what zImages had before. */
export function isLinuxKernel(kernel: Uint8Array): boolean {
  if (kernel.length < Setup.version + 2 || viewOf(kernel).getUint16(Setup.bootFlag, true) !== BOOT_FLAG) return false;
  return hasSetupHeader(kernel) || isUnversioned(kernel);
}

function hasSetupHeader(kernel: Uint8Array): boolean {
  return viewOf(kernel).getUint32(Setup.magic, true) === HEADER_MAGIC;
}

/**
 * Whether it is a kernel from before Linux 1.3.73, or one that is made like these (memtest86): a boot sector that tells the
 * sizes of both parts, which are those of the file.
 */
function isUnversioned(kernel: Uint8Array): boolean {
  const promised = realModeBytes(kernel) + viewOf(kernel).getUint16(Setup.protectedModeParagraphs, true) * 16;
  return kernel.length <= promised && promised - kernel.length < 16;
}

/**
 * Reads the setup header of a bzImage or zImage.
 * @throws BootError for an image that is truncated or for x86-64 only
 */
export function parseLinuxHeader(kernel: Uint8Array): LinuxHeader {
  if (!isLinuxKernel(kernel)) throw new BootError('the kernel has no Linux setup header; give a bzImage');
  const view = viewOf(kernel);
  const version = hasSetupHeader(kernel) ? view.getUint16(Setup.version, true) : 0;
  const headerEnd = Setup.magic + (version === 0 ? 0 : view.getUint8(Setup.jumpDisplacement));
  const setupHeader = kernel.subarray(Setup.start, headerEnd);
  const protectedMode = protectedModePart(kernel, version);
  const field = fieldReader(viewOf(kernel.subarray(0, headerEnd)), version);
  if (field(Setup.extendedLoadFlags, 2, 0x20c, 0) & ONLY_64_BIT_KERNEL) {
    throw new BootError('the kernel is built for x86-64 and this is a 32-bit PC; give an i386 (i686) kernel');
  }
  return {
    version,
    setupHeader,
    protectedMode,
    loadFlags: field(Setup.loadFlags, 1, 0x200, 0),
    code32Start: field(Setup.code32Start, 4, 0x200, 0x100000),
    initrdAddressMax: field(Setup.initrdAddressMax, 4, 0x203, 0x37ffffff),
    commandLineSize: field(Setup.commandLineSize, 4, 0x206, 255),
    preferredAddress: field(Setup.preferredAddress, 4, 0x20a, 0),
    initSize: field(Setup.initSize, 4, 0x20a, 0),
    kernelAlignment: field(Setup.kernelAlignment, 4, 0x205, 1),
    relocatable: field(Setup.relocatable, 1, 0x205, 0) !== 0,
  };
}

/**
 * Sees to it that a kernel can be entered in 32-bit mode, without its setup code.
 * @throws BootError for a kernel before protocol 2.02, and for a zImage
 */
export function checkHas32BitEntry({ version, loadFlags }: LinuxHeader): void {
  const isOld = version < FIRST_WITH_32_BIT_ENTRY;
  if (!isOld && loadFlags & LoadFlag.loadedHigh) return;
  const kind = isOld ? 'older than Linux boot protocol 2.02 (Linux 2.4)' : 'a zImage';
  throw new BootError(
    `the kernel is ${kind}, so firmware has to boot it; give vga: 'std' or boot.bios (-vga std, -bios rawiron)`,
  );
}

/** The boot sector and the setup code. */
export function realModePart(kernel: Uint8Array): Uint8Array {
  return kernel.subarray(0, realModeBytes(kernel));
}

function realModeBytes(kernel: Uint8Array): number {
  return ((kernel[Setup.setupSectors] || 4) + 1) * SECTOR;
}

function protectedModePart(kernel: Uint8Array, version: number): Uint8Array {
  const view = viewOf(kernel);
  const start = realModePart(kernel).length;
  const part = kernel.subarray(start);
  // Before 2.04 only the low 16 bits are the size, and they are not to be trusted for a bzImage.
  const promised = version >= 0x204 ? view.getUint32(Setup.protectedModeParagraphs, true) * 16 : 1;
  // The size is rounded up to 16 bytes, the file need not be.
  if (part.length === 0 || part.length + 15 < promised) {
    const whole = start + promised;
    throw new BootError(`the kernel is truncated: ${kernel.length} of ${whole} bytes; copy it again`);
  }
  return part;
}

type FieldReader = (offset: number, bytes: 1 | 2 | 4, since: number, otherwise: number) => number;

/** Reads a field that exists since a protocol version. */
function fieldReader(header: DataView, version: number): FieldReader {
  return (offset, bytes, since, otherwise) => {
    if (version < since || offset + bytes > header.byteLength) return otherwise;
    if (bytes === 4) return header.getUint32(offset, true);
    return bytes === 2 ? header.getUint16(offset, true) : header.getUint8(offset);
  };
}
