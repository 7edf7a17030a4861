import { PAGE_BYTES, PAGE_SHIFT } from '../../../translator/abi/page.ts';
import type { PhysicalMap } from '../../memory/physical-map.ts';
import type { BaseAddress } from './function.ts';
import { memoryRange } from './range.ts';

/** Bytes that a ROM takes of the machine's buffer (GuestRam.reserve): a power of 2, a page at least, as less cannot be mapped. */
export function romRange(rom: Uint8Array): number {
  return Math.max(PAGE_BYTES, 2 ** Math.ceil(Math.log2(rom.length)));
}

/** Makes base address registers of ROMs, by the names of devices: one that was pulled out and comes back has its own. */
export function romBars(map: PhysicalMap): (name: string, rom: Uint8Array) => BaseAddress {
  const made = new Map<string, BaseAddress>();
  return (name, rom) => {
    const bar = made.get(name) ?? romBar(map, name, rom);
    made.set(name, bar);
    return bar;
  };
}

/** The ROM's bytes at the start of a range of its own. */
export function romBar(map: PhysicalMap, name: string, rom: Uint8Array): BaseAddress {
  const size = romRange(rom);
  const firstFrame = map.ram.reserve(size);
  map.ram.bytes.set(rom, firstFrame << PAGE_SHIFT);
  const range = memoryRange(map, { name: `${name} rom`, firstFrame, length: size, writable: false });
  return { index: 'rom', space: 'memory', size, range };
}
