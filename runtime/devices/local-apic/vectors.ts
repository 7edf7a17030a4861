/** Sets of 256 vectors, as eight words. */

export function setVector(words: number[], vector: number, member: boolean): void {
  const bit = 1 << (vector & 31);
  const word = words[vector >>> 5]!;
  words[vector >>> 5] = (member ? word | bit : word & ~bit) >>> 0;
}

export function hasVector(words: readonly number[], vector: number): boolean {
  return ((words[vector >>> 5]! >>> (vector & 31)) & 1) !== 0;
}

/** The highest vector of a set, -1 if it is empty. */
export function highestVector(words: readonly number[]): number {
  for (let n = 7; n >= 0; n--) if (words[n] !== 0) return 32 * n + 31 - Math.clz32(words[n]!);
  return -1;
}
