/** CRC-32C (Intel SDM vol. 2, CRC32), whose polynomial is 11EDC6F41h. */

/** The polynomial reversed, without its highest term. */
const POLYNOMIAL = 0x82f63b78 | 0;

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  return crc;
});

/** The CRC with so many bytes of a value added. */
export function checksum(crc: number, value: number, bytes: number): number {
  let sum = crc;
  for (let n = 0; n < bytes; n++) sum = table[(sum ^ (value >>> (8 * n))) & 0xff]! ^ (sum >>> 8);
  return sum;
}
