/** The Internet checksum (RFC 1071): ones' complement sums of 16-bit words in the order of the network. */

/** The sum of the words from `start` to `end`, an odd byte at the end with zeros after it, added to `sum`; not folded. */
export function sumOf(bytes: Uint8Array, start: number, end: number, sum = 0): number {
  let at = start;
  for (; at + 1 < end; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  return at < end ? sum + (bytes[at] << 8) : sum;
}

/** A sum of at most 2^31 in 16 bits. */
export function folded(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** What goes into a header: the complement of the sum. */
export function checksumOf(sum: number): number {
  return ~folded(sum) & 0xffff;
}
