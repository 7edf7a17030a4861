import type { BootRequest, BootWrite } from './boot.ts';
import { type LinuxHeader, LOADER_UNDEFINED, LoadFlag, Setup } from './linux-header.ts';
import { HIGH_MEMORY_START, type MemoryRange, RangeType } from './memory-map.ts';

/** Size of struct boot_params, the "zero page" (Documentation/arch/x86/zero-page.rst). */
export const BOOT_PARAMS_BYTES = 0x1000;

/** Offsets within boot_params outside the setup header. */
const Zero = {
  extendedMemoryKilobytes: 0x02,
  videoMode: 0x06,
  videoColumns: 0x07,
  videoLines: 0x0e,
  isVga: 0x0f,
  characterHeight: 0x10,
  acpiRsdp: 0x70,
  alternativeMemoryKilobytes: 0x1e0,
  e820Entries: 0x1e8,
  e820Table: 0x2d0,
} as const;
const E820_ENTRY_BYTES = 20;

const HEAP_END = 0xde00;
const VGA_TEXT_MODE = 3;
const VGA_FONT_HEIGHT = 16;

export interface BootParamsContent {
  readonly request: BootRequest;
  readonly header: LinuxHeader;
  readonly map: readonly MemoryRange[];
  readonly initrd: BootWrite | undefined;
  readonly commandLine: BootWrite;
}

/** The zero page: setup header as the file has it, the loader's fields filled in, memory map, screen and RSDP. */
export function bootParams(content: BootParamsContent): Uint8Array {
  const bytes = new Uint8Array(BOOT_PARAMS_BYTES);
  bytes.set(content.header.setupHeader, Setup.start);
  const view = new DataView(bytes.buffer);
  fillLoaderFields(view, content);
  fillMemory(view, content.map);
  fillScreen(view, content.request.screen);
  view.setUint32(Zero.acpiRsdp, content.request.acpi?.rsdpAddress ?? 0, true);
  return bytes;
}

function fillLoaderFields(view: DataView, { header, initrd, commandLine }: BootParamsContent): void {
  view.setUint8(Setup.loaderType, LOADER_UNDEFINED);
  view.setUint8(Setup.loadFlags, header.loadFlags | LoadFlag.canUseHeap);
  view.setUint16(Setup.heapEnd, HEAP_END, true);
  view.setUint32(Setup.code32Start, header.code32Start, true);
  view.setUint32(Setup.ramdiskImage, initrd?.address ?? 0, true);
  view.setUint32(Setup.ramdiskSize, initrd?.bytes.length ?? 0, true);
  view.setUint32(Setup.commandLine, commandLine.address, true);
}

/** The e820 table, and the older fields for the KB of memory from 1 MB on. */
function fillMemory(view: DataView, map: readonly MemoryRange[]): void {
  view.setUint8(Zero.e820Entries, map.length);
  map.forEach((range, index) => {
    const entry = Zero.e820Table + index * E820_ENTRY_BYTES;
    view.setBigUint64(entry, BigInt(range.start), true);
    view.setBigUint64(entry + 8, BigInt(range.end - range.start), true);
    view.setUint32(entry + 16, range.type, true);
  });
  const high = map.find((range) => range.start === HIGH_MEMORY_START && range.type === RangeType.ram);
  const kilobytes = high ? (high.end - high.start) >>> 10 : 0;
  view.setUint16(Zero.extendedMemoryKilobytes, Math.min(kilobytes, 0xffff), true);
  view.setUint32(Zero.alternativeMemoryKilobytes, kilobytes, true);
}

function fillScreen(view: DataView, screen: BootRequest['screen']): void {
  if (screen === undefined) return;
  view.setUint8(Zero.videoMode, VGA_TEXT_MODE);
  view.setUint8(Zero.videoColumns, screen.columns);
  view.setUint8(Zero.videoLines, screen.rows);
  view.setUint8(Zero.isVga, 1);
  view.setUint16(Zero.characterHeight, VGA_FONT_HEIGHT, true);
}
