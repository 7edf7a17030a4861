import type { KernelItems } from '../devices/fw-cfg/kernel-items.ts';
import type { AcpiPlacement, BootRequest, BootState } from '../firmware/load/index.ts';
import { loadKernel, loadKernelByFirmware } from '../firmware/load/index.ts';
import { type KernelImages, type MachineConfig, startsFirmware } from './config.ts';
import { splitMemory } from './memory-size.ts';

/**
 * A kernel that is started without firmware.
 * @throws BootError if it cannot be booted
 */
export function kernelWithoutFirmware(config: MachineConfig, images: KernelImages, acpi: AcpiPlacement): BootState {
  return loadKernel({ ...requestOf(config, images), acpi });
}

/**
 * The kernel that firmware is to boot, for fw_cfg; undefined: there is none.
 * @throws BootError if it cannot be booted
 */
export function kernelForFirmware(config: MachineConfig): KernelItems | undefined {
  const { boot } = config;
  if (!startsFirmware(boot) || boot.kernel === undefined) return undefined;
  return loadKernelByFirmware(requestOf(config, { ...boot, kernel: boot.kernel }));
}

function requestOf(config: MachineConfig, images: KernelImages): BootRequest {
  const { kernel, kernelName, initrd, initrdName, modules, append } = images;
  const { below, above } = splitMemory(config);
  return {
    memoryBytes: below,
    memoryAbove4G: above,
    kernel,
    ...(kernelName && { kernelName }),
    ...(initrd && { initrd }),
    ...(initrdName && { initrdName }),
    ...(modules && { modules }),
    ...(append && { commandLine: append }),
  };
}
