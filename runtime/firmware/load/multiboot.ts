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
import { parseElf } from './elf.ts';
import { isElf } from './elf-header.ts';
import { firmwarePorts, interruptHandlers } from './firmware-state.ts';
import { biosDataArea, FLAT_GDT_BYTES, FLAT_SELECTORS, flatGdt, STACK_TOP } from './flat-segments.ts';
import type { ImageSegment, ProgramImage } from './image.ts';
import { buildMemoryMap, FreeMemory, HIGH_MEMORY_START, LOW_MEMORY_END } from './memory-map.ts';
import { type MultibootAddresses, type MultibootHeader, parseMultibootHeader } from './multiboot-header.ts';
import { multibootInformation, multibootInformationBytes, type PlacedModule } from './multiboot-information.ts';

/** EAX at the entry (Multiboot 0.6.96, section 3.2). */
const BOOTLOADER_MAGIC = 0x2badb002;

/**
 * Loads a Multiboot 1 kernel (specification 0.6.96): ELF32, or any format with address fields in its header. The initrd
 * and the modules follow the kernel, page aligned.
 * @throws BootError if the image is unusable or something does not fit into the memory
 */
export function loadMultiboot(request: BootRequest): BootState {
  const { entry, writes, information, memory } = placeMultiboot(request);
  const gdt = flatGdt(takeLowMemory(memory, FLAT_GDT_BYTES));
  return {
    mode: 'flat32',
    writes: [...interruptHandlers(), biosDataArea(), gdt, information, ...writes, ...(request.acpi?.tables ?? [])],
    ports: firmwarePorts,
    registers: bootRegisters({ eip: entry, eax: BOOTLOADER_MAGIC | 0, ebx: information.address, esp: STACK_TOP }),
    selectors: FLAT_SELECTORS,
    gdt: { base: gdt.address, limit: FLAT_GDT_BYTES - 1 },
  };
}

/**
 * Loads such a kernel for a loader that firmware runs: in one piece, from its first byte to the last module's end.
 * @throws BootError if the image is unusable or something does not fit into the memory
 */
export function loadMultibootPiece(request: BootRequest): KernelItems {
  const { entry, writes, information } = placeMultiboot(request);
  const address = Math.min(...writes.map((write) => write.address));
  const end = Math.max(...writes.map((write) => write.address + write.bytes.length));
  const bytes = new Uint8Array(end - address);
  for (const write of writes) bytes.set(write.bytes, write.address - address);
  return { kernel: { address, bytes }, initrd: information, entry };
}

/** Where everything goes, and what memory is left. */
interface Placed {
  readonly entry: number;
  /** The kernel's segments and the modules. */
  readonly writes: readonly BootWrite[];
  readonly information: BootWrite;
  readonly memory: FreeMemory;
}

function placeMultiboot(request: BootRequest): Placed {
  const image = programImage(request.kernel, parseMultibootHeader(request.kernel));
  const map = buildMemoryMap(request);
  const memory = new FreeMemory(map);
  const segments = image.segments.map((segment) => placeSegment(segment, memory, request.memoryBytes));
  const modules = placeModules(request, segments, memory);
  const content = { map, modules, commandLine: multibootCommandLine(request) };
  const address = takeLowMemory(memory, multibootInformationBytes(content));
  const information = { address, bytes: multibootInformation(content, address) };
  const writes = [...segments.flatMap(segmentWrites), ...modules];
  return { entry: image.entry, writes, information, memory };
}

function programImage(kernel: Uint8Array, header: MultibootHeader): ProgramImage {
  if (header.addresses !== undefined) return addressedImage(kernel, header.offset, header.addresses);
  if (isElf(kernel)) return parseElf(kernel);
  throw new BootError(
    'the Multiboot kernel is neither ELF nor has it address fields in its header; give an ELF kernel',
  );
}

/** An image whose header says where it goes (section 3.1.3). */
function addressedImage(kernel: Uint8Array, headerOffset: number, addresses: MultibootAddresses): ProgramImage {
  const { header, load, entry } = addresses;
  const start = headerOffset - (header - load);
  const loadEnd = addresses.loadEnd || load + kernel.length - start;
  if (header < load || start < 0 || loadEnd < load) {
    throw new BootError('the address fields of the Multiboot header contradict each other; link the kernel again');
  }
  const end = start + loadEnd - load;
  if (end > kernel.length) {
    throw new BootError(`the Multiboot kernel is truncated: ${kernel.length} of ${end} bytes; copy it again`);
  }
  const size = Math.max(addresses.bssEnd, loadEnd) - load;
  return { segments: [{ address: load, bytes: kernel.subarray(start, end), size, describing: 0 }], entry };
}

/** Takes the memory of a segment. Gives what of it is loaded. */
function placeSegment(segment: ImageSegment, memory: FreeMemory, memoryBytes: number): ImageSegment {
  const end = segment.address + segment.size;
  const start = Math.max(segment.address, memory.startOfFree(end));
  if (start - segment.address <= segment.describing) {
    memory.take(start, end);
    return { ...segment, address: start, bytes: segment.bytes.subarray(start - segment.address), size: end - start };
  }
  if (end > memoryBytes) throw tooLittleMemory(end, memoryBytes);
  const place = `0x${segment.address.toString(16)}-0x${end.toString(16)}`;
  throw new BootError(`the kernel is linked to ${place}, which is not free memory; link it to 1 MB`);
}

function segmentWrites({ address, bytes, size }: ImageSegment): BootWrite[] {
  const zeros = { address: address + bytes.length, bytes: new Uint8Array(size - bytes.length) };
  return [{ address, bytes }, zeros].filter((write) => write.bytes.length > 0);
}

function placeModules(
  request: BootRequest,
  segments: readonly ImageSegment[],
  memory: FreeMemory,
): readonly PlacedModule[] {
  const kernelEnd = Math.max(...segments.map(({ address, size }) => address + size));
  let start = Math.max(kernelEnd, HIGH_MEMORY_START);
  return modulesOf(request).map(({ name, image, string }) => {
    const address = memory.takeLow(image.length, PAGE_BYTES, start);
    if (address === undefined)
      throw new NoRoomError(
        `${name} of ${formatBytes(image.length)} does not fit after the kernel, which ends at ` +
          `${formatBytes(kernelEnd)}: the machine has ${formatBytes(request.memoryBytes)}`,
      );
    start = address + image.length;
    return { address, bytes: image, string };
  });
}

/** Each with what messages call it. An initrd without a byte is none. */
function modulesOf({ initrd, initrdName = '', modules = [] }: BootRequest) {
  const first = initrd && initrd.length > 0 ? [{ name: 'the initrd', image: initrd, string: initrdName }] : [];
  return [...first, ...modules.map(({ image, string = '' }, n) => ({ name: `module ${n + 1}`, image, string }))];
}

function multibootCommandLine({ kernelName, commandLine }: BootRequest): string {
  return [kernelName, commandLine].filter((part) => part).join(' ');
}

function takeLowMemory(memory: FreeMemory, bytes: number): number {
  const address = memory.takeHigh(bytes, 16, LOW_MEMORY_END);
  if (address === undefined) throw new BootError('the kernel leaves no room for boot information below 640 KB');
  return address;
}
