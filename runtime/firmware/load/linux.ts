import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import type { KernelItems } from '../../devices/fw-cfg/kernel-items.ts';
import {
  BootError,
  type BootRequest,
  type BootState,
  type BootWrite,
  bootRegisters,
  formatBytes,
  NoRoomError,
  tooLittleMemory,
} from './boot.ts';
import { firmwarePorts, interruptHandlers } from './firmware-state.ts';
import { biosDataArea, FLAT_GDT_BYTES, FLAT_SELECTORS, flatGdt, STACK_TOP } from './flat-segments.ts';
import { BOOT_PARAMS_BYTES, bootParams } from './linux-boot-params.ts';
import { checkHas32BitEntry, type LinuxHeader, parseLinuxHeader } from './linux-header.ts';
import { LOAD_ADDRESS, linuxPlacement } from './linux-placement.ts';
import { setupPart } from './linux-setup.ts';
import { alignUp, buildMemoryMap, FreeMemory, LOW_MEMORY_END } from './memory-map.ts';
import { zeroTerminated } from './text.ts';

/**
 * Loads a bzImage by the 32-bit boot protocol (Documentation/arch/x86/boot.rst): the protected-mode part to 1 MB, the
 * initrd as high as the kernel allows, zero page, command line and GDT in conventional memory.
 * @throws BootError if the image is unusable or something does not fit into the memory
 */
export function loadLinux(request: BootRequest): BootState {
  const header = parseLinuxHeader(request.kernel);
  checkHas32BitEntry(header);
  const map = buildMemoryMap(request);
  const memory = new FreeMemory(map);
  placeKernel(header, memory, request.memoryBytes);
  const initrd = placeInitrd(request, header, memory);
  const commandLine = placeCommandLine(request.commandLine ?? '', header, memory);
  const gdt = flatGdt(takeLowMemory(memory, FLAT_GDT_BYTES));
  const zeroPage = placeBootParams({ request, header, map, initrd, commandLine }, memory);
  return {
    mode: 'flat32',
    writes: [
      ...interruptHandlers(),
      biosDataArea(),
      gdt,
      commandLine,
      zeroPage,
      { address: LOAD_ADDRESS, bytes: header.protectedMode },
      ...(initrd ? [initrd] : []),
      ...(request.acpi?.tables ?? []),
    ],
    ports: firmwarePorts,
    registers: bootRegisters({ eip: header.code32Start, esi: zeroPage.address, esp: STACK_TOP }),
    selectors: FLAT_SELECTORS,
    gdt: { base: gdt.address, limit: FLAT_GDT_BYTES - 1 },
  };
}

/**
 * Loads a bzImage or zImage for its 16-bit entry (boot.rst, "The Real-Mode Kernel Header"): its setup code asks the BIOS
 * for memory, screen and disks.
 * @throws BootError if the image is unusable or something does not fit into the memory
 */
export function loadLinuxSetup(request: BootRequest): KernelItems {
  const header = parseLinuxHeader(request.kernel);
  const text = request.commandLine ?? '';
  const bytes = commandLineBytes(text, header);
  const placement = linuxPlacement(header, bytes.length);
  const memory = new FreeMemory(buildMemoryMap(request));
  placeKernel(header, memory, request.memoryBytes);
  const initrd = placeInitrd(request, header, memory);
  return {
    kernel: { address: placement.kernel, bytes: header.protectedMode },
    initrd,
    commandLine: { address: placement.commandLine, bytes },
    setup: {
      address: placement.setup,
      bytes: setupPart(request.kernel, { header, initrd, placement, text }),
    },
  };
}

/** Takes the memory that the kernel is loaded to, as a zImage unpacks itself to, and where it decompresses itself to (init_size). */
function placeKernel(header: LinuxHeader, memory: FreeMemory, memoryBytes: number): void {
  const ends = [LOAD_ADDRESS + header.protectedMode.length];
  const run = runAddress(header);
  if (header.initSize !== 0) ends.push(run + header.initSize);
  const end = Math.max(...ends);
  if (!memory.has(LOAD_ADDRESS, end)) throw tooLittleMemory(end, memoryBytes);
  memory.take(LOAD_ADDRESS, end);
}

/** Where the kernel runs from: a relocatable one at its load address, but not below the preferred one. */
function runAddress(header: LinuxHeader): number {
  if (!header.relocatable) return header.preferredAddress;
  return Math.max(alignUp(LOAD_ADDRESS, header.kernelAlignment), header.preferredAddress);
}

function placeInitrd(request: BootRequest, header: LinuxHeader, memory: FreeMemory): BootWrite | undefined {
  const { initrd } = request;
  if (initrd === undefined || initrd.length === 0) return undefined;
  if (header.version === 0) throw new BootError('the kernel is too old to take an initrd; leave it out');
  const address = memory.takeHigh(initrd.length, PAGE_BYTES, header.initrdAddressMax + 1, LOAD_ADDRESS);
  if (address !== undefined) return { address, bytes: initrd };
  throw new NoRoomError(
    `the initrd of ${formatBytes(initrd.length)} does not fit after the kernel: the machine has ` +
      `${formatBytes(request.memoryBytes)}, and the kernel takes an initrd below ` +
      `${formatBytes(header.initrdAddressMax + 1)}`,
  );
}

function placeCommandLine(text: string, header: LinuxHeader, memory: FreeMemory): BootWrite {
  const bytes = commandLineBytes(text, header);
  return { address: takeLowMemory(memory, bytes.length), bytes };
}

function commandLineBytes(text: string, header: LinuxHeader): Uint8Array {
  const bytes = zeroTerminated(text);
  if (bytes.length - 1 > header.commandLineSize) {
    throw new BootError(
      `the kernel command line has ${bytes.length - 1} bytes and this kernel takes ${header.commandLineSize}; shorten it`,
    );
  }
  return bytes;
}

function placeBootParams(content: Parameters<typeof bootParams>[0], memory: FreeMemory): BootWrite {
  return { address: takeLowMemory(memory, BOOT_PARAMS_BYTES), bytes: bootParams(content) };
}

function takeLowMemory(memory: FreeMemory, bytes: number): number {
  const address = memory.takeHigh(bytes, PAGE_BYTES, LOW_MEMORY_END, STACK_TOP);
  if (address === undefined) throw new BootError(`no room for ${formatBytes(bytes)} of boot data below 640 KB`);
  return address;
}
