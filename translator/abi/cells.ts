/**
 * Names that generated code uses for what never changes while a machine lives: views, tables, and functions of the
 * runtime. They are properties of the global object (constant cells to V8) with the machine's suffix after them.
 */
export const cellNames = [
  /** The state as words, doubles and singles (abi/state.ts). */
  'S',
  'F',
  'FS',
  /** Guest memory as bytes, halves (unsigned), words (signed), singles and doubles. */
  'M8',
  'M16',
  'M32',
  'MS',
  'MD',
  /** Guest memory as a DataView, for unaligned accesses. */
  'MV',
  /** All tables (abi/tables.ts) as one. */
  'TABLES',
  /** TLB: reads and writes, supervisor and user (runtime/memory/tlb.ts). */
  'RS',
  'WS',
  'RU',
  'WU',
  /** Slow paths of loads and stores, of singles and doubles too: (linear) and (linear, value). They throw GuestFault. */
  'LOAD8',
  'LOAD16',
  'LOAD32',
  'STORE8',
  'STORE16',
  'STORE32',
  'LOADS',
  'LOADD',
  'STORES',
  'STORED',
  /** (linear, bytes): faults if a store there would. */
  'PROBE',
  /** (high, low): puts a number's 80 bits into Word.scratch; and back, with high as the result and low in Double.scratch + 3. */
  'TO_EXTENDED',
  'FROM_EXTENDED',
  /** One word: the record of the instruction that is in a slow path or a trap, so that it is known where these fault. */
  'RUNNING',
  /** (record): EIP of an instruction. */
  'EIP',
  /** (record): leaves to the dispatcher in front of an instruction; 0. */
  'LEAVE',
  /** (record, vector): leaves an exception at an instruction to the dispatcher; 0. */
  'FAULT',
  /** (record, segment): the same for what an access outside its limits or rights raises. */
  'SEGMENT_FAULT',
  /** (record, what was thrown): leaves an instruction's fault to the dispatcher. It gives 0; what is no fault it throws again. */
  'FAULTED',
  /** (eip): the record to run next after an indirect transfer, or 0 to leave to the dispatcher. */
  'FIND',
  /** (record, eip): FIND for an indirect jump, which notes where it went. */
  'JUMP',
  /** FIND for translations: the node, or null. */
  'AT',
  /**
   * (node, expected): runs from a node on until control comes to the node `expected` (which has not run yet; the result
   * is that node), or null if it must leave to the dispatcher.
   */
  'CALL',
  /** By state key, the handlers by operation (abi/record.ts): (record) gives the record to go on at, or 0 to leave to the dispatcher. */
  'HANDLERS',
  /** The node a return gives: running it goes to Word.eip. A caller that expects that EIP goes on by itself instead. */
  'RETURN',
  /** TLB: by linear page, the number of the code page mapped there (runtime/exec/code-page.ts). */
  'CT',
  /** (record): the record after a trap that resumes, or 0 to leave to the dispatcher. */
  'RESUME',
  /** (): the record at EIP, after a trap that has gone to code which begins there, or 0 to leave to the dispatcher. */
  'TRANSFERRED',
  /** (): the same after an instruction that has come back to code in its midst. */
  'CAME_BACK',
  /** CAME_BACK for translations: the node, or null. */
  'RETURNED',
  /** Times each trap was taken, by helper number. */
  'TRAPS',
  /** By number of a record: its node, or null. */
  'NODES',
  /** Where indirect transfers led (abi/branch-targets.ts). */
  'TARGET_EIP',
  'TARGET_PAGE',
  'TARGET_CONTEXT',
  'TARGET_RECORD',
] as const;

export type CellName = (typeof cellNames)[number];
