import { BootError, type BootRequest, type BootState } from './boot.ts';
import { isElf } from './elf.ts';
import { loadLinux } from './linux.ts';
import { isLinuxKernel } from './linux-header.ts';
import { loadMultiboot } from './multiboot.ts';
import { findMultibootHeader } from './multiboot-header.ts';

export { type BiosPlacement, placeBios } from './bios.ts';
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
 * @throws BootError for a file that is neither a bzImage nor a Multiboot kernel
 */
export function detectKernel(kernel: Uint8Array): KernelKind {
  if (isLinuxKernel(kernel)) return 'linux';
  if (findMultibootHeader(kernel) >= 0) return 'multiboot';
  if (kernel.length === 0) throw new BootError('the kernel file is empty; give a Linux bzImage or a Multiboot kernel');
  if (isElf(kernel)) {
    throw new BootError('the kernel is an ELF file without a Multiboot header; of Linux give the bzImage, not vmlinux');
  }
  throw new BootError('the kernel is neither a Linux bzImage nor a Multiboot kernel; give one of these');
}

const loaders = { linux: loadLinux, multiboot: loadMultiboot } as const;

/**
 * Prepares the direct boot of a kernel.
 * @throws BootError if the kernel is unusable or something does not fit into the memory
 */
export function loadKernel(request: BootRequest): BootState {
  return loaders[detectKernel(request.kernel)](request);
}
