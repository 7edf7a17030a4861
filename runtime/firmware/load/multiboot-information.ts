import type { BootWrite } from './boot.ts';
import { HIGH_MEMORY_START, LOW_MEMORY_END, type MemoryRange, RangeType } from './memory-map.ts';
import { zeroTerminated } from './text.ts';

/** Fields of the information structure (Multiboot 0.6.96, section 3.3), as word numbers. */
const Info = {
  flags: 0,
  memoryLower: 1,
  memoryUpper: 2,
  bootDevice: 3,
  commandLine: 4,
  moduleCount: 5,
  moduleAddress: 6,
  mapLength: 11,
  mapAddress: 12,
  loaderName: 16,
} as const;
/** Memory, boot device, command line, modules, memory map and the loader's name are there. */
const INFO_FLAGS = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 3) | (1 << 6) | (1 << 9);
/** The first partition of the first hard disk, whatever the machine boots from: as QEMU says. */
const BOOT_DEVICE = 0x8000ffff;

const INFO_BYTES = 116;
const MODULE_BYTES = 16;
const MAP_ENTRY_BYTES = 24;
const LOADER_NAME = 'rawiron';

/** A module in memory, and the string that goes with it. */
export interface PlacedModule extends BootWrite {
  readonly string: string;
}

export interface MultibootContent {
  readonly map: readonly MemoryRange[];
  readonly modules: readonly PlacedModule[];
  readonly commandLine: string;
}

/** Where the parts of the boot information lie, counted from its start. */
interface Layout {
  readonly modules: number;
  readonly map: number;
  readonly loaderName: number;
  readonly commandLine: number;
  /** One for each module. */
  readonly texts: readonly number[];
  readonly end: number;
}

function layOut({ map, modules: placed, commandLine }: MultibootContent): Layout {
  const modules = INFO_BYTES;
  const mapAt = modules + placed.length * MODULE_BYTES;
  const loaderName = mapAt + map.length * MAP_ENTRY_BYTES;
  const commandLineAt = loaderName + zeroTerminated(LOADER_NAME).length;
  let end = commandLineAt + zeroTerminated(commandLine).length;
  const texts = placed.map(({ string }) => {
    const at = end;
    end += zeroTerminated(string).length;
    return at;
  });
  return { modules, map: mapAt, loaderName, commandLine: commandLineAt, texts, end };
}

/** Bytes that the information structure and all it points to need. */
export const multibootInformationBytes = (content: MultibootContent): number => layOut(content).end;

/** The information structure for a place in memory: memory sizes, boot device, map, modules, command line and loader name. */
export function multibootInformation(content: MultibootContent, address: number): Uint8Array {
  const layout = layOut(content);
  const bytes = new Uint8Array(layout.end);
  const view = new DataView(bytes.buffer);
  const put = (word: number, value: number): void => view.setUint32(word * 4, value, true);
  put(Info.flags, INFO_FLAGS);
  put(Info.memoryLower, LOW_MEMORY_END >>> 10);
  put(Info.memoryUpper, upperKilobytes(content.map));
  put(Info.bootDevice, BOOT_DEVICE);
  put(Info.mapLength, content.map.length * MAP_ENTRY_BYTES);
  put(Info.mapAddress, address + layout.map);
  put(Info.loaderName, address + layout.loaderName);
  put(Info.commandLine, address + layout.commandLine);
  writeMap(view, layout.map, content.map);
  bytes.set(zeroTerminated(LOADER_NAME), layout.loaderName);
  bytes.set(zeroTerminated(content.commandLine), layout.commandLine);
  put(Info.moduleAddress, address + layout.modules);
  put(Info.moduleCount, content.modules.length);
  content.modules.forEach((module, n) => {
    const text = layout.texts[n]!;
    bytes.set(zeroTerminated(module.string), text);
    writeModule(view, layout.modules + n * MODULE_BYTES, module, address + text);
  });
  return bytes;
}

/** KB of RAM from 1 MB up to the first hole. */
function upperKilobytes(map: readonly MemoryRange[]): number {
  const high = map.find((range) => range.start === HIGH_MEMORY_START && range.type === RangeType.ram);
  return high ? (high.end - high.start) >>> 10 : 0;
}

/** An entry's size field does not count itself. */
function writeMap(view: DataView, at: number, map: readonly MemoryRange[]): void {
  map.forEach((range, index) => {
    const entry = at + index * MAP_ENTRY_BYTES;
    view.setUint32(entry, MAP_ENTRY_BYTES - 4, true);
    view.setBigUint64(entry + 4, BigInt(range.start), true);
    view.setBigUint64(entry + 12, BigInt(range.end - range.start), true);
    view.setUint32(entry + 20, range.type, true);
  });
}

function writeModule(view: DataView, at: number, module: BootWrite, text: number): void {
  view.setUint32(at, module.address, true);
  view.setUint32(at + 4, module.address + module.bytes.length, true);
  view.setUint32(at + 8, text, true);
}
