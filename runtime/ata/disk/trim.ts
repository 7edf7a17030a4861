import type { TransferBuffer } from '../../snapshot/transfer-buffer.ts';

/** DATA SET MANAGEMENT (ATA8-ACS, 7.10): the bit of the features register for sectors that the host doesn't need any more. */
export const TRIM = 0x01;

/** Bytes of a range: 48 bits of address, 16 of length. */
export const RANGE_BYTES = 8;

/** The next range in the buffer that isn't empty; null if there is none. */
export function nextRange(buffer: TransferBuffer): { readonly sector: number; readonly count: number } | null {
  for (; buffer.left >= RANGE_BYTES; buffer.position += RANGE_BYTES) {
    const { rest } = buffer;
    const view = new DataView(rest.buffer, rest.byteOffset, RANGE_BYTES);
    const count = view.getUint16(6, true);
    if (count > 0) return { sector: view.getUint32(0, true) + 2 ** 32 * view.getUint16(4, true), count };
  }
  return null;
}
