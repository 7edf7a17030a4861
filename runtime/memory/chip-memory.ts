import { PAGE_SHIFT } from '../../translator/abi/page.ts';
import type { MmioRegion } from './mmio.ts';
import { type AddressWindow, Layer, NO_FRAME, type PhysicalMap } from './physical-map.ts';

/** A chip with memory of its own that takes commands: where it stands, what is in it at the start, and what it does. */
export interface MemoryChip extends Pick<MmioRegion, 'name' | 'base' | 'read' | 'write'> {
  /** A multiple of a page. The machine's buffer must have room for them (GuestRam). */
  readonly contents: Uint8Array;
}

/** The chip's memory: loads reach it as they reach RAM, or ask the chip; stores always go to the chip. */
export interface ChipMemory {
  /** Its contents. Whoever changes bytes calls `stored` afterwards. */
  readonly bytes: Uint8Array;
  stored(offset: number, length: number): void;
  /** Whether loads see the memory; else `read` answers them. */
  showMemory(isShown: boolean): void;
}

/** Puts a chip in place; loads see its memory. */
export function chipMemory(map: PhysicalMap, { name, base, contents, read, write }: MemoryChip): ChipMemory {
  const { length } = contents;
  const { ram } = map;
  const first = ram.reserve(length);
  const start = first << PAGE_SHIFT;
  const bytes = ram.bytes.subarray(start, start + length);
  bytes.set(contents);
  const device = { name, base, length, read, write };
  const window = (reads: number): AddressWindow => {
    return { name, layer: Layer.memory, base, length, reads, writes: NO_FRAME, device };
  };
  const [memory, registers] = [window(first), window(NO_FRAME)];
  // Derived: what loads see now.
  let shown = memory;
  map.add(memory);
  return {
    bytes,
    stored: (offset, count) => ram.frames.stored(start + offset, count, 'device'),
    showMemory(isShown) {
      const wanted = isShown ? memory : registers;
      if (wanted === shown) return;
      map.replace(shown, wanted);
      shown = wanted;
    },
  };
}
