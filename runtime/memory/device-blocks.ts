import { PAGE_BYTES } from '../../translator/abi/page.ts';
import type { MmioRegion } from './mmio.ts';
import type { Mmu } from './mmu.ts';

/** Where a device acts as memory: the device, and an offset in it. */
export interface DevicePlace {
  readonly device: MmioRegion;
  readonly offset: number;
}

/**
 * Elements of repeated string instructions where at least one end is a device that acts as memory, such as a screen's: one after the other, as the
 * instruction has them, but without a walk of the page tables for each. All is within one page at either end. An element in each device's page has
 * just been done by itself: so the page may be accessed, and an instruction's handler asks for the block, which sees what the device may do to
 * translations (Tlb.stale). Each gives the number of elements done: all or none, and then nothing has changed, the bits of page tables included.
 */
export class DeviceBlocks {
  readonly #mmu: Mmu;

  constructor(mmu: Mmu) {
    this.#mmu = mmu;
  }

  /** Stores a value at elements of `1 << shift` bytes from a linear address on. */
  fill(linear: number, value: number, count: number, shift: number): number {
    const size = 1 << shift;
    if (!hasElementBefore(linear, size)) return 0;
    const to = this.#mmu.memoryDevice(linear, count << shift);
    if (to === undefined || !this.#mmu.startStore(linear)) return 0;
    const stored = lowBytes(value, size);
    for (let n = 0; n < count; n++) to.device.write(to.offset + (n << shift), size, stored);
    return count;
  }

  /** Copies elements. `to`, `from`: indices of bytes of RAM, or negative where that is no RAM which may be accessed so. */
  copy(destination: number, source: number, count: number, shift: number, to: number, from: number): number {
    const size = 1 << shift;
    if ((to < 0 && !hasElementBefore(destination, size)) || (from < 0 && !hasElementBefore(source, size))) return 0;
    const bytes = count << shift;
    const origin = from < 0 ? this.#mmu.memoryDevice(source, bytes) : undefined;
    if (from < 0 && origin === undefined) return 0;
    if (to >= 0) return this.#take(to, origin!, count, size);
    const target = this.#mmu.memoryDevice(destination, bytes);
    if (target === undefined || !this.#mmu.startStore(destination)) return 0;
    return origin ? this.#move(target, origin, count, size) : this.#put(target, from, count, size);
  }

  #move(to: DevicePlace, from: DevicePlace, count: number, size: number): number {
    for (let n = 0; n < count * size; n += size) {
      to.device.write(to.offset + n, size, lowBytes(from.device.read(from.offset + n, size), size));
    }
    return count;
  }

  #put(to: DevicePlace, from: number, count: number, size: number): number {
    const { ram } = this.#mmu;
    for (let n = 0; n < count * size; n += size) {
      let value = 0;
      for (let byte = 0; byte < size; byte++) value |= ram.bytes[from + n + byte] << (8 * byte);
      to.device.write(to.offset + n, size, value);
    }
    return count;
  }

  #take(to: number, from: DevicePlace, count: number, size: number): number {
    const { ram } = this.#mmu;
    for (let n = 0; n < count * size; n += size) {
      const value = from.device.read(from.offset + n, size);
      for (let byte = 0; byte < size; byte++) ram.bytes[to + n + byte] = value >>> (8 * byte);
    }
    return count;
  }
}

/** Whether an element in front of an address is in the same page. */
function hasElementBefore(linear: number, size: number): boolean {
  return (linear & (PAGE_BYTES - 1)) >= size;
}

/** A number of so many bytes, 32-bit ones with sign: what stores of the processor give a device. */
function lowBytes(value: number, size: number): number {
  return size === 4 ? value | 0 : value & ((1 << (8 * size)) - 1);
}
