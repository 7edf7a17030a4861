import { read16, write16 } from './network-order.ts';

/** Adds bytes to a sum of 16-bit words in network order, without folding: good for up to 64 KB (RFC 1071, section 1). */
export function sumBytes(bytes: Uint8Array, from: number, to: number, sum = 0): number {
  const pairs = from + ((to - from) & ~1);
  let at = from;
  for (const eights = pairs - 7; at < eights; at += 8)
    sum +=
      ((bytes[at] + bytes[at + 2] + bytes[at + 4] + bytes[at + 6]) << 8) +
      (bytes[at + 1] + bytes[at + 3] + bytes[at + 5] + bytes[at + 7]);
  for (; at < pairs; at += 2) sum += read16(bytes, at);
  return pairs < to ? sum + (bytes[pairs] << 8) : sum;
}

/** A sum in 16 bits: what goes over is added at the low end. */
export function foldSum(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** The checksum for a header: it makes the sum over all FFFFh. Over bytes that include an intact checksum it is 0. */
export function checksum(bytes: Uint8Array, from: number, to: number, sum = 0): number {
  return checksumOf(sumBytes(bytes, from, to, sum));
}

/** The checksum for a sum. */
export function checksumOf(sum: number): number {
  return ~foldSum(sum) & 0xffff;
}

/** Completes a checksum at a place, where the sum of the pseudo header stands, over the bytes from `start` on. False: it is beyond its frame. */
export function completeChecksum(frame: Uint8Array, start: number, at: number): boolean {
  if (at + 2 > frame.length) return false;
  // To UDP zero would say that there is none, to TCP it is the same number.
  write16(frame, at, checksumOf(sumBytes(frame, start, frame.length)) || 0xffff);
  return true;
}
