import type { Value } from './value.ts';

/**
 * Operations of statements, with their arguments:
 *
 * | op | text | |
 * |---|---|---|
 * | let | `t1 = value` | names a value, evaluated here |
 * | get | `t1 = get word` | reads a state word (abi/state.ts) |
 * | set | `set word, value` | |
 * | load | `t1 = load32 linear` | zero-extended; may fault; `load32 window, 4` is 4 bytes after the start of a window |
 * | store | `store32 linear, value` | may fault; `store32 window, value, 4` |
 * | window | `t1 = window.read16 linear` | may fault; 16 bytes that can then be loaded, or stored, without a fault |
 * | probe | `probe32 linear` | faults if a store there would |
 * | segment | `t1 = segment.read4 segment, offset` | linear address of 4 bytes; checks limit and rights, may fault |
 * | flags | `flags add32 left, right, result` | see FlagKind |
 * | when | `when value {` … `}` | |
 * | fault | `fault 6 if value` | raises an exception |
 * | fallback | `fallback helper args if value` | the instruction's other statements don't cover this case: it is left to a trap |
 * | escape | `escape wait` | an x87 instruction begins: #NM, and #MF if it waits for pending exceptions |
 * | x87 | `x87 x87Register opcode, index, 0, eip` | executes it, as the trap of that name does; may fault; `t1 = x87 …` for two of them |
 * | exitIf | `exit eip if value` | leaves from inside the block |
 * | jump | `jump eip` | ends the block, as the next three do; `call eip, return` (and the callee again, `call eip, return, eip`, if it is in the region and may be gone to where calls can't be nested), `fall eip`, `missed eip` (as `fall`; the block's last instruction often accesses what the TLB does not have, and its handler then comes back there too) and, after a trap, `resume eip` are its other kinds |
 * | branch | `branch value, taken, next` | |
 * | indirect | `indirect jump value, known targets` | also `indirect call value, return`, `indirect return value, known targets`, `indirect comeBack value` |
 * | trap | `trap helper args` | |
 * | instruction | `-- eip` | where an instruction starts; `-- eip misaligned`: one that often accesses what is not aligned |
 *
 * An EIP is `@101000` in text. `get`, `set`, `load` and `store` are of integers, or, by their names, of doubles (`d1 = get.double double60`,
 * `store.double linear, d1`) and of singles (`get.single single120`), whose values are doubles; what is stored as a single
 * is one already. A window lies at a multiple of its size if it is not `readAny` or `writeAny`; `readRun` and `writeRun` are of any
 * number of words, and the code after has the accesses of several instructions in it: they share the window; `readBytes` and
 * `writeBytes` are the same where these need not be aligned. Of a NaN a temporary tells only
 * that it is one: its bits are where it came from (V8 makes signaling NaNs quiet on their way).
 */
export type StatementOp =
  | 'let'
  | 'get'
  | 'set'
  | 'load'
  | 'store'
  | 'probe'
  | 'window'
  | 'segment'
  | 'flags'
  | 'when'
  | 'fault'
  | 'fallback'
  | 'escape'
  | 'x87'
  | 'exitIf'
  | 'jump'
  | 'branch'
  | 'indirect'
  | 'trap'
  | 'instruction';

/**
 * How `flags` changes the arithmetic flags: arguments in order.
 * add, adc, sub, sbb: left, right, result. logic, inc, dec: result (inc and dec keep CF).
 * other: result, carry, overflow, auxiliary. carry: carry (the rest kept). carryOverflow: carry, overflow (rest kept).
 * compare: less, equal, unordered (at most one is 1), as CF, ZF and PF tell of a comparison of reals; SF = OF = AF = 0.
 * zero: zero (rest kept). all: an EFLAGS image.
 */
export type FlagKind =
  | 'add'
  | 'adc'
  | 'sub'
  | 'sbb'
  | 'logic'
  | 'inc'
  | 'dec'
  | 'other'
  | 'compare'
  | 'carry'
  | 'carryOverflow'
  | 'zero'
  | 'all';

/** Kinds that keep some of the previous flags. */
export const partialFlagKinds: ReadonlySet<string> = new Set(['inc', 'dec', 'carry', 'carryOverflow', 'zero']);

/** Kinds of transfers from which somebody else's code comes back, a callee's or the runtime's: it may have changed anything. */
export const comingBack: ReadonlySet<string> = new Set(['call', 'resume']);

/** Ends a block. */
export const terminators: ReadonlySet<StatementOp> = new Set(['jump', 'branch', 'indirect', 'trap']);

/** One shape for all statements; unused parts are 0, '' or empty. */
export class Statement {
  readonly op: StatementOp;
  /** Number of the temporary that is defined, or -1. */
  readonly temporary: number;
  /** Bytes of an access, of flags; vector of a fault. */
  readonly size: number;
  /** Flag kind, transfer kind, helper, 'read' or 'write'; 'double' or 'single' of an access to one. */
  readonly name: string;
  readonly args: Value[];
  readonly body: Statement[] | null;

  constructor(
    op: StatementOp,
    temporary: number,
    size: number,
    name: string,
    args: Value[],
    body: Statement[] | null = null,
  ) {
    this.op = op;
    this.temporary = temporary;
    this.size = size;
    this.name = name;
    this.args = args;
    this.body = body;
  }
}

/** The offset of a load or store in a window, in bytes; undefined where it has a linear address. */
export function windowOffset(s: Statement): number | undefined {
  if (s.op === 'load') return s.args[1]?.number;
  return s.op === 'store' ? s.args[2]?.number : undefined;
}

/** Whether a window holds accesses of several instructions. */
export function isShared({ name }: Statement): boolean {
  return name.endsWith('Run') || name.endsWith('Bytes');
}

/** Whether the accesses of an instruction, or in a window, are to be done in place where they are not aligned too. */
export function mayBeMisaligned({ op, name }: Statement): boolean {
  return op === 'instruction' ? name === 'misaligned' : name.endsWith('Bytes');
}

/** Whether the temporary that a statement defines is a double. */
export function definesDouble(s: Statement): boolean {
  if (s.op === 'let') return s.args[0].kind === 'real';
  if (s.op === 'x87') return s.name === 'x87Compare';
  return (s.op === 'get' || s.op === 'load') && s.name !== '';
}

/** A basic block: straight code from `eip`, with its terminator as the last statement. */
export interface Block {
  readonly eip: number;
  statements: Statement[];
  /** EIPs of its instructions, in order. */
  readonly instructions: number[];
}

/** What is translated as one function: blocks reachable from the entry, the entry first. */
export interface Region {
  readonly key: number;
  readonly blocks: Block[];
}
