import type { KernelItems } from '../../devices/fw-cfg/kernel-items.ts';
import { BootError, type BootRequest, type BootState, NoRoomError } from './boot.ts';
import { isElf } from './elf-header.ts';
import { loadLinux, loadLinuxSetup } from './linux.ts';
import { isLinuxKernel } from './linux-header.ts';
import { loadMultiboot, loadMultibootPiece } from './multiboot.ts';
import { findMultibootHeader } from './multiboot-header.ts';

export { type BiosPlacement, placeBios } from './bios.ts';
export type { BootModule } from './boot.ts';
export {
  type AcpiPlacement,
  BootError,
  type BootRegisters,
  type BootRequest,
  type BootState,
  type BootWrite,
  type PortWrite,
} from './boot.ts';
export { loadFlat } from './flat.ts';

export type KernelKind = 'linux' | 'multiboot';

/**
 * Tells what sort of kernel a file is.
 * @throws BootError for a file that is neither a Linux kernel nor a Multiboot kernel
 */
export function detectKernel(kernel: Uint8Array): KernelKind {
  if (isLinuxKernel(kernel)) return 'linux';
  if (findMultibootHeader(kernel) >= 0) return 'multiboot';
  if (kernel.length === 0) throw new BootError('the kernel file is empty; give a Linux bzImage or a Multiboot kernel');
  if (isElf(kernel)) {
    throw new BootError('the kernel is an ELF file without a Multiboot header; of Linux give the bzImage, not vmlinux');
  }
  throw new BootError('the kernel is neither a Linux kernel (bzImage) nor a Multiboot kernel; give one of these');
}

const directLoaders = { linux: loadLinux, multiboot: loadMultiboot } as const;
const firmwareLoaders = { linux: loadLinuxSetup, multiboot: loadMultibootPiece } as const;

/**
 * Prepares the direct boot of a kernel.
 * @throws BootError if the kernel is unusable or something does not fit into the memory
 */
export function loadKernel(request: BootRequest): BootState {
  return loadWith(directLoaders[checkedKind(request)], request);
}

function checkedKind({ kernel, modules = [] }: BootRequest): KernelKind {
  const kind = detectKernel(kernel);
  if (kind === 'linux' && modules.length > 0)
    throw new BootError('modules are for Multiboot kernels, and this one is Linux; give it one initrd');
  return kind;
}

/** The most that firmware keeps of high memory: SeaBIOS takes that much at its end, our own BIOS less. */
const FIRMWARE_BYTES = 128 << 10;

/**
 * Prepares the boot of a kernel by firmware.
 * @throws BootError if the kernel is unusable or something does not fit into the memory
 */
export function loadKernelByFirmware(request: BootRequest): KernelItems {
  return loadWith(firmwareLoaders[checkedKind(request)], { ...request, firmwareBytes: FIRMWARE_BYTES });
}

type Load<Loaded> = (request: BootRequest) => Loaded;

/** The error of something that doesn't fit says how much memory would do. */
function loadWith<Loaded>(load: Load<Loaded>, request: BootRequest): Loaded {
  try {
    return load(request);
  } catch (error) {
    if (error instanceof NoRoomError) throw new BootError(`${error.message}; ${roomNeeded(load, request)}`);
    throw error;
  }
}

const MEGABYTE = 1 << 20;
/** The most that a machine can have: the software TLB keeps bit 31 of an offset in memory for itself. */
const MOST_MEGABYTES = 2047;

/** A message with the memory that is needed for everything to have room: found by trying, since only placing all pieces tells. */
function roomNeeded(load: Load<unknown>, request: BootRequest): string {
  let [tooFew, enough] = [Math.floor(request.memoryBytes / MEGABYTE), MOST_MEGABYTES];
  if (!fits(load, request, enough)) return 'no more memory helps; give a smaller initrd, or a smaller kernel';
  while (enough - tooFew > 1) {
    const middle = (tooFew + enough) >>> 1;
    if (fits(load, request, middle)) enough = middle;
    else tooFew = middle;
  }
  return `give it at least ${enough} MB`;
}

function fits(load: Load<unknown>, request: BootRequest, megabytes: number): boolean {
  try {
    load({ ...request, memoryBytes: megabytes * MEGABYTE });
    return true;
  } catch (error) {
    if (error instanceof NoRoomError) return false;
    throw error;
  }
}
