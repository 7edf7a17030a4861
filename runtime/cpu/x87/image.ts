/** Operands of 2 to 10 bytes in memory, as little-endian integers. */
import type { LinearAccess } from '../../memory/access.ts';

/** Registers in FSAVE's image may be at any even address: accesses that check alignment must not find fault with that. */
function partAt(memory: LinearAccess, linear: number): 2 | 4 {
  if ((linear & 3) === 0) return 4;
  memory.misaligned++;
  return 2;
}

export function loadBits(memory: LinearAccess, linear: number, bytes: number): bigint {
  const most = partAt(memory, linear);
  let bits = 0n;
  for (let offset = 0; offset < bytes; offset += most) {
    const address = (linear + offset) | 0;
    const isWhole = most === 4 && bytes - offset >= 4;
    const part = isWhole ? memory.load32(address) >>> 0 : memory.load16(address);
    bits |= BigInt(part) << BigInt(offset * 8);
  }
  return bits;
}

/** The caller has probed the bytes. */
export function storeBits(memory: LinearAccess, linear: number, bytes: number, bits: bigint): void {
  const most = partAt(memory, linear);
  for (let offset = 0; offset < bytes; offset += most) {
    const address = (linear + offset) | 0;
    const part = Number((bits >> BigInt(offset * 8)) & 0xffffffffn) | 0;
    if (most === 4 && bytes - offset >= 4) memory.store32(address, part);
    else memory.store16(address, part & 0xffff);
  }
}
