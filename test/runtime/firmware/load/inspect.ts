import type { BootState, BootWrite } from '../../../../runtime/firmware/load/index.ts';

/** Physical memory as a boot leaves it, made of its writes in their order. */
export class BootMemory {
  readonly #writes: readonly BootWrite[];

  constructor({ writes }: BootState) {
    this.#writes = writes;
  }

  byte(address: number): number {
    const write = this.#writes.findLast(
      (each) => address >= each.address && address < each.address + each.bytes.length,
    );
    return write ? write.bytes[address - write.address]! : 0;
  }

  u16(address: number): number {
    return this.byte(address) | (this.byte(address + 1) << 8);
  }

  u32(address: number): number {
    return (this.u16(address) | (this.u16(address + 2) << 16)) >>> 0;
  }

  text(address: number): string {
    let end = address;
    while (this.byte(end) !== 0) end++;
    return Buffer.from(this.bytes(address, end - address)).toString('utf8');
  }

  bytes(address: number, count: number): number[] {
    return Array.from({ length: count }, (_, n) => this.byte(address + n));
  }
}

/** Pairs of writes that overlap: there should be none. */
export function overlaps({ writes }: BootState): [number, number][] {
  const sorted = writes.toSorted((a, b) => a.address - b.address);
  return sorted.flatMap((write, index): [number, number][] => {
    const next = sorted[index + 1];
    return next && write.address + write.bytes.length > next.address ? [[write.address, next.address]] : [];
  });
}
