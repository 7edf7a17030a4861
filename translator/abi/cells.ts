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
  /** (vector): leaves an exception at this instruction to the dispatcher; null. */
  'FAULT',
  /** (segment): the same for what an access outside its limits or rights raises. */
  'SEGMENT_FAULT',
  /** (what was thrown): leaves the instruction's fault to the dispatcher. It gives null; what is no fault it throws again. */
  'FAULTED',
  /** (eip): the node to run next after an indirect transfer, or null to leave to the dispatcher. */
  'AT',
  /** (node, eip): AT for an indirect jump at a node, which notes where it went. */
  'JUMP',
  /**
   * (node, expected): runs from a node on until control comes to the node `expected` (which has not run yet; the result
   * is that node), or null if it must leave to the dispatcher.
   */
  'CALL',
  /**
   * Two functions, (record, 0) and (record, expected): one step of the interpreter's loop without a fast path, of the outermost loop,
   * and in a nested call, which ends at the record `expected`. They give the record to go on at, or 0 to leave.
   */
  'STEPS',
  /** The node a return gives: running it goes to Word.eip. A caller that expects that EIP goes on by itself instead. */
  'RETURN',
  /** TLB: by linear page, the number of the code page mapped there (runtime/exec/code-page.ts). */
  'CT',
  /** (node): the node after a trap that resumes. */
  'RESUME',
  /** (): the node at EIP, after a trap that has gone to code which begins there, or null to leave to the dispatcher. */
  'TRANSFERRED',
  /** (): the same after an instruction that has come back to code in its midst. */
  'RETURNED',
  /** (node): run by an entry whose heat has reached the value that it was waiting for (runtime/exec/tiering.ts). */
  'DUE',
  /** Times each trap was taken, by helper number. */
  'TRAPS',
  /** Heat of records (abi/record.ts), which handlers change. The loop has it in TABLES. */
  'HEAT',
  /** By number of a record: its node, or null. */
  'NODES',
  /** Where indirect transfers led (abi/branch-targets.ts). */
  'TARGET_EIP',
  'TARGET_PAGE',
  'TARGET_CONTEXT',
  'TARGET_RECORD',
] as const;

export type CellName = (typeof cellNames)[number];
