/** Operands of 2 to 10 bytes in memory, as little-endian integers. */
import type { LinearAccess } from '../../memory/access.ts';

export function loadBits(memory: LinearAccess, linear: number, bytes: number): bigint {
  let bits = 0n;
  for (let offset = 0; offset < bytes; offset += 4) {
    const address = (linear + offset) | 0;
    const part = bytes - offset >= 4 ? memory.load32(address) >>> 0 : memory.load16(address);
    bits |= BigInt(part) << BigInt(offset * 8);
  }
  return bits;
}

/** The caller has probed the bytes. */
export function storeBits(memory: LinearAccess, linear: number, bytes: number, bits: bigint): void {
  for (let offset = 0; offset < bytes; offset += 4) {
    const address = (linear + offset) | 0;
    const part = Number((bits >> BigInt(offset * 8)) & 0xffffffffn) | 0;
    if (bytes - offset >= 4) memory.store32(address, part);
    else memory.store16(address, part & 0xffff);
  }
}
