import type { TrapName } from '../abi/helpers.ts';
import type { FlagKind, IndirectKind, JumpKind, X87Name } from './operations.ts';
import { constant, type Value } from './value.ts';

/** How state or memory is seen: as integers, or as doubles or singles, whose values are doubles. */
export type View = 'integer' | 'double' | 'single';
export type AccessKind = 'read' | 'write';
/** Where an access is done in place: at multiples of its size, or anywhere in a page. */
export type Alignment = 'natural' | 'any';

/** An access: its bytes, and how they are seen. */
export interface Accessed {
  readonly size: number;
  readonly view: View;
}

/** A window: bytes that are found to be accessible at once. */
export interface WindowParts {
  readonly size: number;
  readonly access: AccessKind;
  /** `any`: not only at a multiple of its size; of a shared one: not only at multiples of the accesses' sizes. */
  readonly alignment: Alignment;
  /** The accesses of several instructions are in it, and it is of any number of words. */
  readonly isShared: boolean;
}

interface Common<Op extends string> {
  readonly op: Op;
  /** Number of the temporary that is defined, or -1. */
  readonly temporary: number;
  /** Bytes of an access, of flags; vector of a fault. */
  readonly size: number;
  readonly args: Value[];
  readonly body: null;
}

export type AccessStatement<Op extends 'get' | 'set' | 'load' | 'store' | 'probe'> = Common<Op> & {
  readonly view: View;
};
/** Statements that access memory. */
export type MemoryStatement = AccessStatement<'load'> | AccessStatement<'store'> | AccessStatement<'probe'>;
export type WindowStatement = Common<'window'> & WindowParts;
export type SegmentStatement = Common<'segment'> & { readonly access: AccessKind };
export type FlagsStatement = Common<'flags'> & { readonly kind: FlagKind };
export type WhenStatement = Omit<Common<'when'>, 'body'> & { readonly body: Statement[] };
export type EscapeStatement = Common<'escape'> & { readonly kind: 'wait' | 'noWait' };
export type X87Statement = Common<'x87'> & { readonly helper: X87Name };
/** A trap, and what may become one. */
export type TrapStatement<Op extends 'fallback' | 'trap'> = Common<Op> & { readonly helper: TrapName };
export type JumpStatement = Common<'jump'> & { readonly kind: JumpKind };
export type IndirectStatement = Common<'indirect'> & { readonly kind: IndirectKind };
/** `alignment` of the instruction's accesses. */
export type InstructionStatement = Common<'instruction'> & { readonly alignment: Alignment };

/**
 * A statement, by operation (operations.ts has what each must look like):
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
 * is one already. Windows are `read`, `write`, and of these `readAny` (`alignment` any), `readRun` (shared) and `readBytes` (both).
 * A NaN keeps its bits only where it came from: V8 makes signaling NaNs quiet on their way to a temporary.
 */
export type Statement =
  | Common<'let'>
  | AccessStatement<'get'>
  | AccessStatement<'set'>
  | MemoryStatement
  | WindowStatement
  | SegmentStatement
  | FlagsStatement
  | WhenStatement
  | Common<'fault'>
  | TrapStatement<'fallback'>
  | EscapeStatement
  | X87Statement
  | Common<'exitIf'>
  | JumpStatement
  | Common<'branch'>
  | IndirectStatement
  | TrapStatement<'trap'>
  | InstructionStatement;

export type StatementOp = Statement['op'];
export type StatementOf<Op extends StatementOp> = Extract<Statement, { op: Op }>;

/** One class for all, so that V8 sees one shape: the parts of every operation. */
class Node {
  readonly op: StatementOp;
  temporary = -1;
  size: number;
  readonly args: Value[];
  body: Statement[] | null = null;
  view: View = 'integer';
  access: AccessKind = 'read';
  alignment: Alignment = 'natural';
  isShared = false;
  kind: FlagKind | JumpKind | IndirectKind | EscapeStatement['kind'] = 'noWait';
  helper: TrapName | '' = '';

  constructor(op: StatementOp, args: Value[], size = 0) {
    this.op = op;
    this.args = args;
    this.size = size;
  }
}

/** The node as the statement that it is. */
function as<Op extends StatementOp>(node: Node): StatementOf<Op> {
  return node as Statement as StatementOf<Op>;
}

function copy(s: Statement, args: Value[]): Node {
  const from = s as Statement & Node;
  const node = new Node(from.op, args, from.size);
  node.temporary = from.temporary;
  node.body = from.body;
  node.view = from.view;
  node.access = from.access;
  node.alignment = from.alignment;
  node.isShared = from.isShared;
  node.kind = from.kind;
  node.helper = from.helper;
  return node;
}

/** The statement with other arguments. */
export function withArguments<S extends Statement>(s: S, args: Value[]): S {
  return copy(s, args) as Statement as S;
}

/** A conditional with another body. */
export function withBody(s: WhenStatement, body: Statement[]): WhenStatement {
  const node = copy(s, s.args);
  node.body = body;
  return as<'when'>(node);
}

/** The new statement, which defines a temporary. */
export function define<S extends Statement>(temporary: number, s: S): S {
  (s as Statement as Node).temporary = temporary;
  return s;
}

/** The parts that an operation has. */
type PartsOf<Op extends StatementOp> = Partial<Omit<StatementOf<Op>, 'op' | 'args'>>;

/** A statement of any operation, as IR text has it: nothing is checked. */
export function statement<Op extends StatementOp>(op: Op, args: Value[], parts: PartsOf<Op> = {}): StatementOf<Op> {
  return as<Op>(Object.assign(new Node(op, args), parts));
}

function accessing<Op extends 'load' | 'store' | 'probe'>(op: Op, { size, view }: Accessed, args: Value[]) {
  const node = new Node(op, args, size);
  node.view = view;
  return as<Op>(node);
}

function viewing<Op extends 'get' | 'set'>(op: Op, view: View, args: Value[]) {
  const node = new Node(op, args);
  node.view = view;
  return as<Op>(node);
}

function trapping<Op extends 'fallback' | 'trap' | 'x87'>(op: Op, helper: TrapName, args: Value[]) {
  const node = new Node(op, args);
  node.helper = helper;
  return as<Op>(node);
}

function ofKind<Op extends 'flags' | 'jump' | 'indirect' | 'escape'>(op: Op, kind: Node['kind'], args: Value[]) {
  const node = new Node(op, args);
  node.kind = kind;
  return as<Op>(node);
}

/** The argument that makes an access one in a window. */
function inWindow(offset: number | undefined): Value[] {
  return offset === undefined ? [] : [constant(offset)];
}

/** New statements. Those that define a temporary are still to be given it (`define`). */
export const make = {
  let: (value: Value) => as<'let'>(new Node('let', [value])),
  get: (word: Value, view: View = 'integer') => viewing('get', view, [word]),
  set: (word: Value, value: Value, view: View = 'integer') => viewing('set', view, [word, value]),
  /** With an offset: from the window that the address is. */
  load: (what: Accessed, address: Value, offset?: number) => accessing('load', what, [address, ...inWindow(offset)]),
  store: (what: Accessed, address: Value, value: Value, offset?: number) =>
    accessing('store', what, [address, value, ...inWindow(offset)]),
  probe: (what: Accessed, address: Value) => accessing('probe', what, [address]),
  window({ size, access, alignment, isShared }: WindowParts, address: Value): WindowStatement {
    const node = new Node('window', [address], size);
    node.access = access;
    node.alignment = alignment;
    node.isShared = isShared;
    return as<'window'>(node);
  },
  segment(bytes: number, access: AccessKind, segment: Value, offset: Value): SegmentStatement {
    const node = new Node('segment', [segment, offset], bytes);
    node.access = access;
    return as<'segment'>(node);
  },
  flags(kind: FlagKind, size: number, args: Value[]): FlagsStatement {
    const node = new Node('flags', args, size);
    node.kind = kind;
    return as<'flags'>(node);
  },
  when(condition: Value, body: Statement[]): WhenStatement {
    const node = new Node('when', [condition]);
    node.body = body;
    return as<'when'>(node);
  },
  fault: (vector: number, condition: Value) => as<'fault'>(new Node('fault', [condition], vector)),
  fallback: (condition: Value, helper: TrapName, args: Value[]) => trapping('fallback', helper, [condition, ...args]),
  escape: (waits: boolean) => ofKind('escape', waits ? 'wait' : 'noWait', []),
  x87: (helper: X87Name, args: Value[]) => trapping('x87', helper, args),
  exitIf: (condition: Value, eip: Value) => as<'exitIf'>(new Node('exitIf', [condition, eip])),
  jump: (kind: JumpKind, ...args: Value[]) => ofKind('jump', kind, args),
  branch: (condition: Value, taken: Value, next: Value) => as<'branch'>(new Node('branch', [condition, taken, next])),
  indirect: (kind: IndirectKind, ...args: Value[]) => ofKind('indirect', kind, args),
  trap: (helper: TrapName, args: Value[]) => trapping('trap', helper, args),
  instruction(eip: Value, alignment: Alignment): InstructionStatement {
    const node = new Node('instruction', [eip]);
    node.alignment = alignment;
    return as<'instruction'>(node);
  },
};

/** The offset of a load or store in a window, in bytes; undefined where it has a linear address. */
export function windowOffset(s: Statement): number | undefined {
  if (s.op === 'load') return s.args[1]?.number;
  return s.op === 'store' ? s.args[2]?.number : undefined;
}

/** Whether somebody else's code comes back after a transfer, a callee's or the runtime's: it may have changed anything. */
export function isComingBack(s: Statement): boolean {
  if (s.op === 'jump') return s.kind === 'call' || s.kind === 'resume';
  return s.op === 'indirect' && s.kind === 'call';
}

/** A basic block: straight code from `eip`, with its terminator as the last statement. */
export interface Block {
  readonly eip: number;
  statements: Statement[];
  /** EIPs of its instructions, in order. */
  readonly instructions: number[];
}

/** The unit that is translated to one function: blocks reachable from the entry, the entry first. */
export interface Region {
  readonly key: number;
  readonly blocks: Block[];
}
