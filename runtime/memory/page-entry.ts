/** Bits of an entry of a page table or directory, in its lower word (Intel SDM vol. 3, 4.3 and 4.4). */
export const PRESENT = 1 << 0;
export const WRITABLE = 1 << 1;
export const USER = 1 << 2;
export const ACCESSED = 1 << 5;
export const DIRTY = 1 << 6;
/** It maps 2 or 4 MB. */
export const LARGE = 1 << 7;
export const GLOBAL = 1 << 8;
/** In the upper word of an entry of PAE paging. */
export const NO_EXECUTE = 1 << 31;

/** Width of physical addresses (MAXPHYADDR). */
export const PHYSICAL_BITS = 36;
/** The part of an address above 32 bits. */
export const HIGH_ADDRESS = (1 << (PHYSICAL_BITS - 32)) - 1;
/** Where an entry that maps 4 MB has those bits (PSE-36). */
export const PSE36_SHIFT = 13;

/** Physical page that an entry of PAE paging names. */
export function pageOf(low: number, high: number): number {
  return ((high & HIGH_ADDRESS) << 20) | (low >>> 12);
}

/** Physical page at which the 4 MB begin that an entry of 32-bit paging maps. */
export function page4mbOf(entry: number): number {
  return (((entry >>> PSE36_SHIFT) & HIGH_ADDRESS) << 20) | ((entry & 0xffc00000) >>> 12);
}
