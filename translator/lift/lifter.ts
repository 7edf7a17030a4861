import type { HelperName, TrapName } from '../abi/helpers.ts';
import type { IndirectKind, X87Name } from '../ir/operations.ts';
import type { AccessKind, Alignment } from '../ir/statement.ts';
import type { FieldName, Value } from '../ir/value.ts';
import type { RealBuilder } from './real.ts';

/**
 * The meaning of an instruction. A lifter asks the builder for operands and writes IR; it cannot tell whether operands are bound
 * to a real instruction (translation) or to fields of a decoded one (interpreter's handler).
 *
 * Rules: every memory access comes before every change of a register or flag, so that a fault leaves the state as it was; an
 * instruction that writes memory twice probes first; values used twice are named with `let`.
 */
export type Lift = (b: LiftBuilder) => void;

export type Size = 1 | 2 | 4;
/** A value, or a number that becomes a constant. All values are 32-bit integers, but those of `LiftBuilder.real`. */
export type Operand = Value | number;

export interface LiftBuilder {
  /** State key and shape bits that this IR is made for (static). */
  readonly key: number;
  readonly shape: number;
  /** The form's argument (a condition code, an x87 operation). */
  readonly argument: number;
  /** Bytes of a v operand, of an address, of the stack pointer (static). */
  readonly operandSize: 2 | 4;
  readonly addressSize: 2 | 4;
  readonly stackSize: 2 | 4;

  // Operands of the instruction, counted from 0.
  size(operand: number): Size;
  isMemory(operand: number): boolean;
  /** The operand's value, zero-extended. Reading a memory operand loads it; a second read loads again. */
  read(operand: number): Value;
  readSigned(operand: number): Value;
  /**
   * The value of an operand that `write` then writes for certain. Memory is checked for the store, and may not be read
   * where it may not be written: a page fault reports a write, as processors do.
   */
  readToModify(operand: number): Value;
  /** Writes the low bits; a 16-bit write keeps the upper half of the register. */
  write(operand: number, value: Operand): void;
  /** Offset of the memory operand within its segment. */
  effectiveAddress(): Value;
  /** Linear address of `bytes` bytes at `offset` + effective address: segment base added, limit and rights checked. */
  operandAddress(bytes: number, access: 'read' | 'write', offset?: number): Value;
  field(name: FieldName): Value;

  // Registers and other state words (abi/state.ts).
  get(word: Operand): Value;
  set(word: Operand, value: Operand): void;
  getSized(word: Operand, size: Size): Value;
  setSized(word: Operand, size: Size, value: Operand): void;

  // Arithmetic on 32-bit values; comparisons give 0 or 1.
  constant(value: number): Value;
  add(a: Operand, b: Operand): Value;
  sub(a: Operand, b: Operand): Value;
  mul(a: Operand, b: Operand): Value;
  and(a: Operand, b: Operand): Value;
  or(a: Operand, b: Operand): Value;
  xor(a: Operand, b: Operand): Value;
  /** Shift counts are taken modulo 32, as in JavaScript. */
  shl(a: Operand, b: Operand): Value;
  shr(a: Operand, b: Operand): Value;
  sar(a: Operand, b: Operand): Value;
  equal(a: Operand, b: Operand): Value;
  notEqual(a: Operand, b: Operand): Value;
  less(a: Operand, b: Operand): Value;
  lessOrEqual(a: Operand, b: Operand): Value;
  lessUnsigned(a: Operand, b: Operand): Value;
  lessOrEqualUnsigned(a: Operand, b: Operand): Value;
  select(condition: Operand, whenTrue: Operand, whenFalse: Operand): Value;
  signExtend(a: Operand, size: Size): Value;
  zeroExtend(a: Operand, size: Size): Value;
  /** Names a value: evaluated here, once. */
  let(value: Operand): Value;
  /** A helper of the helper table: a pure one, or one that stands alone in a `let`. */
  call(helper: HelperName, ...args: Operand[]): Value;

  /** Condition code 0-15 (O NO B NB Z NZ BE A S NS P NP L NL LE G) on the current flags: 0 or 1. */
  condition(code: number): Value;
  readonly flags: FlagsBuilder;
  /** Doubles and singles. */
  readonly real: RealBuilder;

  // Memory by linear address (operandAddress, segmentAddress).
  /** Linear address of `bytes` bytes at `offset` of a segment: base added, limit and rights checked. */
  segmentAddress(segment: Operand, offset: Operand, bytes: number, access: 'read' | 'write'): Value;
  load(size: Size, linear: Operand): Value;
  store(size: Size, linear: Operand, value: Operand): void;
  /** 8 or 16 bytes that are then loaded, or stored, without a fault; `any`: not only at a multiple of their size. */
  window(bytes: 8 | 16, linear: Operand, access: AccessKind, alignment?: Alignment): Value;
  /** 4 bytes at an offset in a window. */
  loadIn(window: Value, offset: number): Value;
  storeIn(window: Value, offset: number, value: Operand): void;
  /** Faults now if a store of `size` bytes would: for instructions that write more than once. */
  probeWrite(size: Size, linear: Operand): void;

  // Stack, by SS and the stack's width.
  /** Linear address of the `size` bytes that are `depth` bytes above the stack pointer. */
  stackAddress(depth: Operand, size: 2 | 4, access: 'read' | 'write'): Value;
  /** Stores below the stack pointer, then moves it. */
  push(value: Operand, size: 2 | 4): void;
  /** The value `depth` bytes above the stack pointer; the pointer does not move. */
  peek(size: 2 | 4, depth?: number): Value;
  /** Adds to ESP or SP. */
  moveStack(bytes: Operand): void;

  // Control.
  when(condition: Operand, body: () => void): void;
  /** Raises a fault (abi/faults.ts) at this instruction if the condition holds; error code 0 where one is pushed. */
  faultIf(condition: Operand, vector: number): void;
  /**
   * Leaves the instruction to a trap if the condition holds: what is lifted doesn't cover that case. Nothing
   * may have been changed yet.
   */
  fallback(condition: Operand, helper: TrapName, ...args: Operand[]): void;
  /** Leaves for another EIP in the middle of an instruction's IR if the condition holds. */
  exitIf(condition: Operand, eip: Operand): void;
  /** Ends the instruction: goes to an EIP known statically. */
  jump(eip: Operand, kind?: 'jump' | 'call'): void;
  /** Ends the instruction: goes to `taken` if the condition holds, else to the next instruction. */
  branch(condition: Operand, taken: Operand): void;
  /** Ends the instruction: goes to a computed EIP. */
  indirect(eip: Operand, kind: IndirectKind): void;
  /** An x87 instruction begins: #NM unless an FPU is there for this task, and, if it waits, #MF for a pending exception. */
  escape(waits: boolean): void;
  /** An x87 instruction, as a trap; two of them give a value (abi/helpers.ts). */
  x87(helper: X87Name, ...args: Operand[]): Value | null;
  /**
   * Ends the instruction and its block: the runtime executes the helper with the whole state stored. A helper declared
   * `resumes` goes on at the next instruction; the others set Word.eip.
   */
  trap(helper: TrapName, ...args: Operand[]): void;
}

/** How an instruction changes the arithmetic flags. Operands as read (zero- or sign-extended), result untruncated. */
export interface FlagsBuilder {
  afterAdd(size: Size, left: Operand, right: Operand, result: Operand): void;
  /** As afterAdd, but the result includes a carry in. */
  afterAddCarry(size: Size, left: Operand, right: Operand, result: Operand): void;
  afterSub(size: Size, left: Operand, right: Operand, result: Operand): void;
  afterSubBorrow(size: Size, left: Operand, right: Operand, result: Operand): void;
  /** CF = OF = AF = 0, the rest from the result. */
  afterLogic(size: Size, result: Operand): void;
  /** CF is kept. */
  afterIncrement(size: Size, result: Operand): void;
  afterDecrement(size: Size, result: Operand): void;
  /** ZF, SF, PF from the result; CF, OF, AF as given (0 or 1). */
  afterOther(size: Size, result: Operand, carry: Operand, overflow: Operand, auxiliary?: Operand): void;
  /** CF only; the others are kept. */
  setCarry(carry: Operand): void;
  /** CF and OF only. */
  setCarryOverflow(carry: Operand, overflow: Operand): void;
  /** As COMISD and FCOMI set them, from three of which at most one is 1; SF = OF = AF = 0. */
  afterCompare(less: Operand, equal: Operand, unordered: Operand): void;
  /** ZF only (CMPXCHG8B, ARPL and others). */
  setZero(zero: Operand): void;
  /** All six from an EFLAGS image. */
  setAll(image: Operand): void;
  /** The six flags as an EFLAGS image (no other bits). */
  image(): Value;
}
