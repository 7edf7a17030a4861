/** CRC-32, as Ethernet (IEEE 802.3, 3.2.9), PNG (ISO/IEC 15948, annex D) and others have it. */

/** The polynomial, low bit first. */
const POLYNOMIAL = 0xedb88320;

/** By byte; table k is that of a byte with k zero bytes after it. */
const tables = Array.from({ length: 8 }, () => new Int32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (-(value & 1) & POLYNOMIAL);
  tables[0][byte] = value;
}
for (let k = 1; k < tables.length; k++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = tables[k - 1][byte];
    tables[k][byte] = (before >>> 8) ^ tables[0][before & 0xff];
  }
}
const [table0, table1, table2, table3, table4, table5, table6, table7] = tables;

/** The CRC of several parts as if they were one, unsigned. */
export function crc32(...parts: readonly Uint8Array[]): number {
  return ~parts.reduce(remainder, -1) >>> 0;
}

/** The remainder after more bytes, eight at a time; it begins at -1. */
export function remainder(before: number, bytes: Uint8Array): number {
  let crc = before;
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc =
      table7[crc & 0xff] ^
      table6[(crc >>> 8) & 0xff] ^
      table5[(crc >>> 16) & 0xff] ^
      table4[crc >>> 24] ^
      table3[bytes[at + 4]] ^
      table2[bytes[at + 5]] ^
      table1[bytes[at + 6]] ^
      table0[bytes[at + 7]];
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ table0[(crc ^ bytes[at]) & 0xff];
  return crc;
}
