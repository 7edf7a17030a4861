/**
 * The data that a fast path of the interpreter's loop needs of an instruction: a *record*, eight words of one buffer. Each
 * decoded instruction has one; the loop goes from record to record, as walking objects would have it wait for memory. Each word
 * has a view of its own, which begins at that word. So all words of a record have the same index. The loop reads them as TABLES
 * (abi/tables.ts).
 */
export const RECORD_SHIFT = 3;
export const RECORD_WORDS = 1 << RECORD_SHIFT;

/** By name, where a word is in its record. Some have another meaning in the record of a gate or jump. */
export const recordViews = {
  /** Number of the fast path (see Slot); of an entry that adds to its heat its weight too (see SLOT_MASK). */
  SLOT: 0,
  OPERANDS: 1,
  DISPLACEMENT: 2,
  /** For a gate: the linear page that it leads to. */
  LINEAR_PAGE: 2,
  IMMEDIATE: 3,
  /** For a gate: number of the code page that TAKEN is in. */
  PAGE_ID: 3,
  /** Records of the instruction after this one, and of the one a relative jump goes to. */
  NEXT: 4,
  TAKEN: 5,
  /** For an indirect jump: the number of further runs that note where it goes. */
  NOTES: 5,
  /** For a gate: the EIP that it leads to. */
  NEXT_EIP: 6,
  /** The heat that is missing until DUE is called, as a negative number. */
  HEAT: 7,
} as const;

export type RecordView = keyof typeof recordViews;

/** Number of runs of an indirect jump that tell enough of where it goes; the others need not come to its node. */
export const NOTED_RUNS = 256;

/** The record of the RETURN node, which goes to Word.eip. 0 is no record: to leave to the dispatcher. */
export const RETURN_RECORD = RECORD_WORDS;

/** Numbers of fast paths in the interpreter's loop (emit/loop.ts). `none`: what is to run has none, or is due. */
export const Slot = { none: 0, gate: 1, returned: 2, first: 3 } as const;

/** The slot in its word. Above is the weight of an entry that heats. */
export const SLOT_MASK = 0xffff;
export const WEIGHT_SHIFT = 16;
