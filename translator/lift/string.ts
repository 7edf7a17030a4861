import { Key } from '../abi/key.ts';
import { Eflags, Segment, Word } from '../abi/state.ts';
import { Within } from '../abi/within.ts';
import type { Value } from '../ir/value.ts';
import { Shape } from '../x86/instruction.ts';
import type { Lift, LiftBuilder } from './lifter.ts';

/** Positions of TF and DF in EFLAGS. */
const TRAP_BIT = Math.log2(Eflags.tf);
const DIRECTION_BIT = Math.log2(Eflags.df);
const REPEATED = Shape.repeat | Shape.repeatNot;

/** Linear address of the element at DS:eSI, DS being overridable. */
function sourceAddress(b: LiftBuilder): Value {
  const offset = b.let(b.getSized(Word.esi, b.addressSize));
  if ((b.shape & Shape.segmented) === 0) return offset;
  return b.segmentAddress(b.field('segment'), offset, b.size(0), 'read');
}

/** Linear address of the element at ES:eDI. */
function destinationAddress(b: LiftBuilder, access: 'read' | 'write'): Value {
  return b.segmentAddress(Segment.es, b.getSized(Word.edi, b.addressSize), b.size(0), access);
}

/** Moves the index registers by one element, up or down by EFLAGS.DF. */
function advance(b: LiftBuilder, ...registers: number[]): void {
  const size = b.size(0);
  // DF is one bit: shifted to the weight of twice the size it takes an upward step to a downward one.
  const twice = b.and(b.shr(b.get(Word.eflags), DIRECTION_BIT - Math.log2(2 * size)), 2 * size);
  const step = b.let(b.sub(size, twice));
  for (const register of registers) b.setSized(register, b.addressSize, b.add(b.get(register), step));
}

/** Two elements that were compared. */
interface Comparison {
  /** Condition that ends the repetition early. */
  readonly done: Value;
  setFlags(): void;
}

/** A string instruction: what it does to one element, and to many at once where it can. */
interface StringOperation {
  /** Null: nothing is compared. */
  element(b: LiftBuilder): Comparison | null;
  /** Does up to `count` elements in one step, from the linear addresses of what moves on; gives how many it did. */
  block?(b: LiftBuilder, count: Value, linear: readonly Value[]): Value;
  /** Registers that move with each element; EDI first where there are blocks. */
  readonly moves: readonly number[];
}

/**
 * One element, and with a repeat prefix the instruction again: interruptible between elements, as on the processor.
 * After an element, which may fault, a block of elements that can't may follow: as many turns in one.
 */
function repeated(operation: StringOperation): Lift {
  return (b) => {
    if ((b.shape & REPEATED) === 0) {
      operation.element(b)?.setFlags();
      return;
    }
    const count = b.let(b.getSized(Word.ecx, b.addressSize));
    b.exitIf(b.equal(count, 0), b.field('nextEip'));
    const comparison = operation.element(b);
    const left = b.let(b.sub(count, 1));
    b.setSized(Word.ecx, b.addressSize, left);
    if (comparison) endIfDone(b, comparison, left);
    if (operation.block) doBlock(b, operation, left);
    b.branch(b.notEqual(b.getSized(Word.ecx, b.addressSize), 0), b.field('eip'));
  };
}

/** Flags change with the last element: a fault at one before it, or a single step, pushes those from before the instruction (SDM vol. 2, REP). */
function endIfDone(b: LiftBuilder, { done, setFlags }: Comparison, left: Value): void {
  b.when(b.or(done, b.equal(left, 0)), setFlags);
  b.exitIf(done, b.field('nextEip'));
}

/** Goes on with as many elements as a block has; downwards (DF set) or step by step (TF set) none are asked for. */
function doBlock(b: LiftBuilder, operation: StringOperation, left: Value): void {
  const eflags = b.get(Word.eflags);
  const single = b.and(b.or(b.shr(eflags, DIRECTION_BIT), b.shr(eflags, TRAP_BIT)), 1);
  let count = b.let(b.and(left, b.sub(single, 1)));
  const linear = operation.moves.map((register) => {
    if (!isChecked(b, register)) return b.get(register);
    const [segment, access] = register === Word.edi ? [b.constant(Segment.es), Within.write] : [b.field('segment'), 0];
    const offset = b.let(b.getSized(register, b.addressSize));
    const how = access | (b.addressSize === 2 ? Within.short : 0) | (Math.log2(b.size(0)) << Within.shift);
    count = b.let(b.call('elementsWithin', b.or(segment, how), offset, count));
    return b.let(b.add(b.get(b.add(segment, Word.segmentBase)), offset));
  });
  const done = b.let(operation.block!(b, count, linear));
  const bytes = b.let(b.mul(done, b.size(0)));
  for (const register of operation.moves) b.setSized(register, b.addressSize, b.add(b.get(register), bytes));
  b.setSized(Word.ecx, b.addressSize, b.sub(left, done));
}

/** Whether addresses by a register have limits, or wrap below 4 GB. */
function isChecked(b: LiftBuilder, register: number): boolean {
  const isFlat = (b.key & Key.flat) !== 0 && (register === Word.edi || (b.shape & Shape.segmented) === 0);
  return !isFlat || b.addressSize === 2;
}

const fills = { 1: 'fill8', 2: 'fill16', 4: 'fill32' } as const;
const copies = { 1: 'copy8', 2: 'copy16', 4: 'copy32' } as const;

export const movs: Lift = repeated({
  moves: [Word.edi, Word.esi],
  block: (b, count, [destination, source]) => b.call(copies[b.size(0)], destination!, source!, count),
  element(b) {
    const value = b.load(b.size(0), sourceAddress(b));
    b.store(b.size(0), destinationAddress(b, 'write'), value);
    advance(b, ...this.moves);
    return null;
  },
});

export const stos: Lift = repeated({
  moves: [Word.edi],
  block: (b, count, [destination]) => b.call(fills[b.size(0)], destination!, b.get(Word.eax), count),
  element(b) {
    b.store(b.size(0), destinationAddress(b, 'write'), b.getSized(Word.eax, b.size(0)));
    advance(b, ...this.moves);
    return null;
  },
});

export const lods: Lift = repeated({
  moves: [Word.esi],
  element(b) {
    const value = b.load(b.size(0), sourceAddress(b));
    advance(b, ...this.moves);
    b.setSized(Word.eax, b.size(0), value);
    return null;
  },
});

/** The flags are those of left - right; a difference ends REPE, equality REPNE. */
function compare(b: LiftBuilder, left: Value, right: Value): Comparison {
  const result = b.let(b.sub(left, right));
  return {
    done: b.let(b.shape & Shape.repeatNot ? b.equal(result, 0) : b.notEqual(result, 0)),
    setFlags: () => b.flags.afterSub(b.size(0), left, right, result),
  };
}

export const cmps: Lift = repeated({
  moves: [Word.esi, Word.edi],
  element(b) {
    const left = b.load(b.size(0), sourceAddress(b));
    const right = b.load(b.size(0), destinationAddress(b, 'read'));
    advance(b, ...this.moves);
    return compare(b, left, right);
  },
});

export const scas: Lift = repeated({
  moves: [Word.edi],
  element(b) {
    const left = b.let(b.getSized(Word.eax, b.size(0)));
    const right = b.load(b.size(0), destinationAddress(b, 'read'));
    advance(b, ...this.moves);
    return compare(b, left, right);
  },
});
