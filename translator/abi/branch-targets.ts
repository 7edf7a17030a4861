/**
 * The branch target buffer: where indirect transfers have led lately. Entries of four words, with a view for each that begins at
 * that word, as in abi/record.ts. An entry says where to go on if it is of the EIP, of the context of the code that runs now, and its
 * page is still what is mapped there.
 */
export const TARGET_WORDS = 4;
export const TARGET_ENTRIES = 16384;
const MASK = (TARGET_ENTRIES - 1) * TARGET_WORDS;

/** By name of its cell (abi/cells.ts), where a word is in its entry. */
export const targetViews = {
  TARGET_EIP: 0,
  /** Number of the code page that it is in. */
  TARGET_PAGE: 1,
  /** Number of the context that it is in: of flat code the state key, as a key has no more than one context there. */
  TARGET_CONTEXT: 2,
  TARGET_RECORD: 3,
} as const;

export type TargetView = keyof typeof targetViews;

/** Index of the entry that an EIP may have. */
export function targetIndex(eip: number): number {
  return ((eip ^ (eip >>> 12)) << 2) & MASK;
}

/** Text of the index of the entry that an EIP may have; `eip` is a name or constant. */
export function targetIndexText(eip: string): string {
  return `(${eip}^${eip}>>>12)<<2&${MASK}`;
}
