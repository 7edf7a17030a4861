import { BootError, formatBytes } from './boot.ts';
import { type LinuxHeader, LoadFlag } from './linux-header.ts';
import { alignDown } from './memory-map.ts';

/** Where the parts of a kernel are for its 16-bit entry: physical addresses. The stack ends at the command line. */
export interface LinuxPlacement {
  readonly kernel: number;
  readonly setup: number;
  readonly commandLine: number;
}

/** Where a bzImage's protected-mode part is loaded. */
export const LOAD_ADDRESS = 0x100000;
const RECENT: LinuxPlacement = { kernel: LOAD_ADDRESS, setup: 0x10000, commandLine: 0x20000 };
/** Address of a zImage, which is below its setup code. */
const LOW_ADDRESS = 0x10000;
/** Before protocol 2.02 the setup code is there, and the command line in its segment. */
const OLD_SETUP_ADDRESS = 0x90000;
const OLD_COMMAND_LINE_END = 0x9a000;

/**
 * The places that QEMU gives them too (boot.rst, "Memory Layout").
 * @throws BootError if a zImage is too large to lie below its setup code
 */
export function linuxPlacement(header: LinuxHeader, commandLineBytes: number): LinuxPlacement {
  const isLoadedHigh = (header.loadFlags & LoadFlag.loadedHigh) !== 0;
  if (isLoadedHigh && header.version >= 0x202) return RECENT;
  const room = OLD_SETUP_ADDRESS - LOW_ADDRESS;
  if (!isLoadedHigh && header.protectedMode.length > room)
    throw new BootError(
      `the zImage has ${formatBytes(header.protectedMode.length)}, and ${formatBytes(room)} fit below its setup code; give a bzImage`,
    );
  return {
    kernel: isLoadedHigh ? LOAD_ADDRESS : LOW_ADDRESS,
    setup: OLD_SETUP_ADDRESS,
    commandLine: alignDown(OLD_COMMAND_LINE_END - commandLineBytes, 16),
  };
}
