import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import type { BootRequest, BootWrite } from './boot.ts';

/** Address range types of INT 15h E820h (ACPI specification, table 15-374 "Address Range Types"). */
export const RangeType = { ram: 1, reserved: 2, acpi: 3 } as const;

/** Bytes [start, end) of the physical address space. */
export interface MemoryRange {
  readonly start: number;
  readonly end: number;
  readonly type: number;
}

/** Conventional memory ends here: the last KB below 640 KB is the extended BIOS data area. */
export const LOW_MEMORY_END = 0x9fc00;
const EBDA_END = 0xa0000;
const BIOS_START = 0xf0000;
export const HIGH_MEMORY_START = 0x100000;
const IVT_AND_BDA_END = 0x1000;
/** Firmware keeps so much below 4 GB for its ROM. */
const ROM_START = 0xfffc0000;
const FOUR_GB = 0x100000000;

export const alignUp = (value: number, alignment: number): number => Math.ceil(value / alignment) * alignment;
export const alignDown = (value: number, alignment: number): number => Math.floor(value / alignment) * alignment;

/** The memory map of a PC with so much RAM, what firmware and ACPI tables have of it taken out; in order. */
export function buildMemoryMap({
  memoryBytes,
  memoryAbove4G = 0,
  firmwareBytes = 0,
  acpi,
}: Pick<BootRequest, 'memoryBytes' | 'memoryAbove4G' | 'firmwareBytes' | 'acpi'>): MemoryRange[] {
  const end = alignDown(memoryBytes, PAGE_BYTES);
  const ramEnd = end - firmwareBytes;
  const map: MemoryRange[] = [
    { start: 0, end: LOW_MEMORY_END, type: RangeType.ram },
    { start: LOW_MEMORY_END, end: EBDA_END, type: RangeType.reserved },
    { start: BIOS_START, end: HIGH_MEMORY_START, type: RangeType.reserved },
    { start: HIGH_MEMORY_START, end: ramEnd, type: RangeType.ram },
    ...(firmwareBytes > 0 ? [{ start: ramEnd, end, type: RangeType.reserved }] : []),
    { start: ROM_START, end: FOUR_GB, type: RangeType.reserved },
    ...(memoryAbove4G > 0 ? [{ start: FOUR_GB, end: FOUR_GB + memoryAbove4G, type: RangeType.ram }] : []),
  ];
  const tables = (acpi?.tables ?? []).filter((table) => table.address >= HIGH_MEMORY_START);
  return mergeNeighbours(tables.map(tablePages).reduce(claim, map));
}

function tablePages(table: BootWrite): MemoryRange {
  const end = alignUp(table.address + table.bytes.length, PAGE_BYTES);
  return { start: alignDown(table.address, PAGE_BYTES), end, type: RangeType.acpi };
}

/** Gives a range a new type: what other ranges had of it is cut off them. */
function claim(map: MemoryRange[], taken: MemoryRange): MemoryRange[] {
  const rest = map.flatMap((range) => [
    { ...range, end: Math.min(range.end, taken.start) },
    { ...range, start: Math.max(range.start, taken.end) },
  ]);
  return [...rest.filter((range) => range.start < range.end), taken].sort((a, b) => a.start - b.start);
}

function mergeNeighbours(map: MemoryRange[]): MemoryRange[] {
  const merged: MemoryRange[] = [];
  for (const range of map) {
    const last = merged.at(-1);
    if (last !== undefined && last.end === range.start && last.type === range.type) {
      merged[merged.length - 1] = { ...last, end: range.end };
    } else if (range.start < range.end) {
      merged.push(range);
    }
  }
  return merged;
}

/** RAM that is still free while a loader places its pieces. */
export class FreeMemory {
  readonly #ranges: { start: number; end: number }[];

  constructor(map: readonly MemoryRange[]) {
    this.#ranges = map.filter((range) => range.type === RangeType.ram).map(({ start, end }) => ({ start, end }));
    this.take(0, IVT_AND_BDA_END);
  }

  /** Whether [start, end) is free RAM. */
  has(start: number, end: number): boolean {
    return this.startOfFree(end) <= start;
  }

  /** Where the free RAM begins that goes up to `end`; `end` if there is none. */
  startOfFree(end: number): number {
    return this.#ranges.find((range) => range.start < end && end <= range.end)?.start ?? end;
  }

  /** Marks [start, end) as used. */
  take(start: number, end: number): void {
    if (start >= end) return;
    const ranges = this.#ranges;
    // In place: there may be thousands of modules, with a gap after each.
    const first = ranges.findIndex((range) => start < range.end && range.start < end);
    if (first < 0) return;
    const next = ranges.findIndex((range, n) => n > first && range.start >= end);
    const count = (next < 0 ? ranges.length : next) - first;
    const rest = [
      { start: ranges[first]!.start, end: start },
      { start: end, end: ranges[first + count - 1]!.end },
    ];
    ranges.splice(first, count, ...rest.filter((range) => range.start < range.end));
  }

  /** Takes the highest free place that ends at or below `limit`; undefined if there is none at or above `floor`. */
  takeHigh(bytes: number, alignment: number, limit: number, floor = 0): number | undefined {
    for (const range of this.#ranges.toReversed()) {
      const start = alignDown(Math.min(range.end, limit) - bytes, alignment);
      if (start >= Math.max(range.start, floor)) {
        this.take(start, start + bytes);
        return start;
      }
    }
    return undefined;
  }

  /** Takes the lowest free place at or above `floor`. */
  takeLow(bytes: number, alignment: number, floor: number): number | undefined {
    for (const range of this.#ranges) {
      const start = alignUp(Math.max(range.start, floor), alignment);
      if (start + bytes <= range.end) {
        this.take(start, start + bytes);
        return start;
      }
    }
    return undefined;
  }
}
