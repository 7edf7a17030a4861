import { BLOCK_BYTES, RAW_BYTES } from './registers.ts';
import { toMsf } from './toc.ts';

const MODE_1 = 1;

/** Whole sectors of mode 1 for the user data of blocks; the codes for errors are zeros (ECMA-130, 14). */
export function wholeSectors(data: Uint8Array, block: number): Uint8Array {
  const count = data.length / BLOCK_BYTES;
  const sectors = new Uint8Array(count * RAW_BYTES);
  for (let n = 0; n < count; n++) {
    const sector = sectors.subarray(n * RAW_BYTES, (n + 1) * RAW_BYTES);
    sector.fill(0xff, 1, 11);
    sector.set([...toMsf(block + n).map(toDecimal), MODE_1], 12);
    sector.set(data.subarray(n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES), 16);
  }
  return sectors;
}

/** In the address of a sector's header two decimal digits are a byte. */
function toDecimal(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}
