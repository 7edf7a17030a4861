/** The polynomial of IEEE 802.3, 3.2.9, low bit first. */
const POLYNOMIAL = 0xedb88320;

/** By byte; table k is that of a byte with k zero bytes after it. */
const tables = Array.from({ length: 4 }, () => new Int32Array(256));
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
const [table0, table1, table2, table3] = tables;

/** The check sequence of a frame (FCS), unsigned; its low byte goes first. */
export function checkSequence(bytes: Uint8Array): number {
  return ~remainder(bytes) >>> 0;
}

/** Four bytes at a time. */
function remainder(bytes: Uint8Array): number {
  let crc = -1;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc = table3[crc & 0xff] ^ table2[(crc >>> 8) & 0xff] ^ table1[(crc >>> 16) & 0xff] ^ table0[crc >>> 24];
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ table0[(crc ^ bytes[at]) & 0xff];
  return crc;
}

/** Which of 64 bits of a multicast filter an address has: the upper six bits of its CRC, as they are shifted out. */
export function multicastBit(address: Uint8Array): number {
  const crc = remainder(address.subarray(0, 6));
  let bit = 0;
  for (let n = 0; n < 6; n++) bit |= ((crc >>> n) & 1) << (5 - n);
  return bit;
}

/** Whether a filter of 64 bits lets a multicast address through. */
export function passesMulticast(filter: Uint8Array, address: Uint8Array): boolean {
  const bit = multicastBit(address);
  return ((filter[bit >> 3] >> (bit & 7)) & 1) !== 0;
}
