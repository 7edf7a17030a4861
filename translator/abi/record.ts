/**
 * A decoded instruction is a *record*: eight words of one buffer. Its handler is a function of the record, and gives the record that
 * runs next. Each word has a view of its own, which begins at that word, so all words of a record have the same index. Handlers and
 * the interpreter's loop read them as TABLES (abi/tables.ts).
 */
export const RECORD_SHIFT = 3;
export const RECORD_WORDS = 1 << RECORD_SHIFT;

/** By name, where a word is in its record. Some have another meaning in the record of a gate or jump. */
export const recordViews = {
  /** The operation that runs it (see Operation), and the weight of an entry that adds to its heat (see OPERATION_MASK). */
  OPERATION: 0,
  OPERANDS: 1,
  /** The displacement of an address, or the second immediate of an instruction that has no address. */
  DISPLACEMENT: 2,
  /** For a gate: the linear page that it leads to. */
  LINEAR_PAGE: 2,
  /**
   * The immediate, or the EIP that a relative jump or call goes to. That is only read where segments have limits, and there a page of code
   * is never moved to another address.
   */
  IMMEDIATE: 3,
  /** For a gate: number of the code page that TAKEN is in. */
  PAGE_ID: 3,
  /** The record that a relative jump, a gate or a redirection goes to. The instruction after this one has the record after this one. */
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

/** The record that goes to Word.eip, where code has returned to. 0 is no record: to leave to the dispatcher. */
export const RETURN_RECORD = RECORD_WORDS;

/**
 * Operations: indices of the array of handlers of a state key (cell HANDLERS). The first ones are the runtime's, for what is no
 * plain instruction; from `first` on they are of instructions, the most frequent first (emit/loop.ts).
 */
export const Operation = {
  /** Decodes what is there. */
  undecoded: 0,
  /** An entry that has come to the heat at which tiering looks at it. */
  due: 1,
  /** Runs the translation that begins here. */
  translated: 2,
  /** RETURN_RECORD goes to Word.eip by it. */
  returned: 3,
  /** An instruction whose last bytes are in the next page. */
  crossing: 4,
  /** An instruction with a debugger's breakpoint. */
  breakpoint: 5,
  /** An instruction whose runs are counted for an inspector. */
  counted: 6,
  /** Leads to the record where the code that comes next in sequence is. */
  redirect: 7,
  /** Leads to another page, if that is still mapped there. */
  gate: 8,
  first: 9,
} as const;

/** The operation in its word. Above is the weight of an entry that heats. */
export const OPERATION_MASK = 0xffff;
export const WEIGHT_SHIFT = 16;
