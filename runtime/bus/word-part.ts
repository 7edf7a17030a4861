/** The part of a register of 32 bits that an access at an offset takes: unsigned, of `size` bytes (1, 2 or 4) that end within the register. */
export function partOfWord(word: number, offset: number, size: number): number {
  const part = word >>> (8 * (offset & 3));
  return size === 4 ? part : part & ((1 << (8 * size)) - 1);
}
