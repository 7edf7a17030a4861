/** Arguments of the helper `elementsWithin` in one number with the segment, which has the lowest three bits. */
export const Within = {
  segment: 7,
  /** The elements are to be written, not read. */
  write: 1 << 3,
  /** Addresses of 16 bits. */
  short: 1 << 4,
  /** Above it, an element's size as a power of 2. */
  shift: 5,
} as const;
