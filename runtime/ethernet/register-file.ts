import type { AccessSize } from '../bus/ports.ts';

/** A register of a card: how it is read and written, whole. */
export interface CardRegister {
  readonly offset: number;
  readonly size: AccessSize;
  /** Unsigned; 0 if left out. */
  read?(): number;
  write?(value: number): void;
  /** Writing ones clears bits, or starts something: bytes that are not written count as 0, not as what is read. */
  readonly writeOnes?: boolean;
}

/** The registers of a card, which may be accessed by part and across borders. Where none is, reads give 0. */
export class CardRegisters {
  /** By offset: the register that has the byte. */
  readonly #owners: (CardRegister | undefined)[];

  constructor(length: number, registers: readonly CardRegister[]) {
    this.#owners = new Array<CardRegister | undefined>(length).fill(undefined);
    for (const register of registers) this.#owners.fill(register, register.offset, register.offset + register.size);
  }

  read(offset: number, size: number): number {
    const owner = this.#owners[offset];
    if (owner?.offset === offset && owner.size === size) return (owner.read?.() ?? 0) >>> 0;
    let value = 0;
    for (let at = offset; at < offset + size; ) {
      const register = this.#owners[at];
      const end = register === undefined ? at + 1 : Math.min(register.offset + register.size, offset + size);
      if (register) value |= partOf(register, at, end) << (8 * (at - offset));
      at = end;
    }
    return value >>> 0;
  }

  write(offset: number, size: number, value: number): void {
    for (let at = offset; at < offset + size; ) {
      const register = this.#owners[at];
      const end = register === undefined ? at + 1 : Math.min(register.offset + register.size, offset + size);
      if (register) writePart(register, at, end, value >>> (8 * (at - offset)));
      at = end;
    }
  }
}

function partOf(register: CardRegister, at: number, end: number): number {
  return ((register.read?.() ?? 0) >>> (8 * (at - register.offset))) & maskOf(end - at);
}

function writePart(register: CardRegister, at: number, end: number, value: number): void {
  const shift = 8 * (at - register.offset);
  const mask = maskOf(end - at);
  const isWhole = end - at === register.size;
  const kept = isWhole || register.writeOnes === true ? 0 : (register.read?.() ?? 0) & ~(mask << shift);
  register.write?.((kept | ((value & mask) << shift)) >>> 0);
}

function maskOf(bytes: number): number {
  return bytes === 4 ? -1 : (1 << (8 * bytes)) - 1;
}
