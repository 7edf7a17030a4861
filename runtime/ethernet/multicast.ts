import { remainder } from '../crc32.ts';

/** Which of 64 bits of a multicast filter an address has: the upper six bits of its CRC, as they are shifted out. */
export function multicastBit(address: Uint8Array): number {
  const crc = remainder(-1, address.subarray(0, 6));
  let bit = 0;
  for (let n = 0; n < 6; n++) bit |= ((crc >>> n) & 1) << (5 - n);
  return bit;
}

/** Whether a filter of 64 bits lets a multicast address through. */
export function passesMulticast(filter: Uint8Array, address: Uint8Array): boolean {
  const bit = multicastBit(address);
  return ((filter[bit >> 3] >> (bit & 7)) & 1) !== 0;
}
