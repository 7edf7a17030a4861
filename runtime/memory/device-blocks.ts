import type { MmioRegion } from './mmio.ts';
import type { Mmu } from './mmu.ts';
import { Access } from './paging.ts';

/** Where a device acts as memory: the device, and an offset in it. */
export interface DevicePlace {
  readonly device: MmioRegion;
  readonly offset: number;
}

/**
 * Elements of repeated string instructions where at least one end is a device that acts as memory, such as a screen's: one after the other, as the
 * instruction has them, but without a walk of the page tables for each. All is within one page at either end. Each gives the number of
 * elements done: all or none.
 */
export class DeviceBlocks {
  private readonly mmu: Mmu;

  constructor(mmu: Mmu) {
    this.mmu = mmu;
  }

  /** Stores a value at elements of `1 << shift` bytes from a linear address on. */
  fill(linear: number, value: number, count: number, shift: number): number {
    const to = this.mmu.memoryDevice(linear, count << shift, Access.write);
    if (to === undefined) return 0;
    const size = 1 << shift;
    const stored = lowBytes(value, size);
    for (let n = 0; n < count; n++) to.device.write(to.offset + (n << shift), size, stored);
    return count;
  }

  /** Copies elements. `to`, `from`: indices of bytes of RAM, or negative where that is no RAM which may be accessed so. */
  copy(destination: number, source: number, count: number, shift: number, to: number, from: number): number {
    const bytes = count << shift;
    const target = to < 0 ? this.mmu.memoryDevice(destination, bytes, Access.write) : undefined;
    const origin = from < 0 ? this.mmu.memoryDevice(source, bytes, Access.read) : undefined;
    if (to < 0 && from < 0) return target && origin ? this.move(target, origin, count, 1 << shift) : 0;
    if (target) return this.put(target, from, count, 1 << shift);
    return origin ? this.take(to, origin, count, 1 << shift) : 0;
  }

  private move(to: DevicePlace, from: DevicePlace, count: number, size: number): number {
    for (let n = 0; n < count * size; n += size) {
      to.device.write(to.offset + n, size, lowBytes(from.device.read(from.offset + n, size), size));
    }
    return count;
  }

  private put(to: DevicePlace, from: number, count: number, size: number): number {
    const { ram } = this.mmu;
    for (let n = 0; n < count * size; n += size) {
      let value = 0;
      for (let byte = 0; byte < size; byte++) value |= ram.bytes[from + n + byte] << (8 * byte);
      to.device.write(to.offset + n, size, value);
    }
    return count;
  }

  private take(to: number, from: DevicePlace, count: number, size: number): number {
    const { ram } = this.mmu;
    for (let n = 0; n < count * size; n += size) {
      const value = from.device.read(from.offset + n, size);
      for (let byte = 0; byte < size; byte++) ram.bytes[to + n + byte] = value >>> (8 * byte);
    }
    return count;
  }
}

/** A number of so many bytes, 32-bit ones with sign: what stores of the processor give a device. */
function lowBytes(value: number, size: number): number {
  return size === 4 ? value | 0 : value & ((1 << (8 * size)) - 1);
}
