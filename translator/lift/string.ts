import { Segment, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { Shape } from '../x86/instruction.ts';
import type { Lift, LiftBuilder } from './lifter.ts';

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
  // DF is bit 10: shifted to the weight of twice the size it takes an upward step to a downward one.
  const twice = b.and(b.shr(b.get(Word.eflags), 10 - Math.log2(2 * size)), 2 * size);
  const step = b.let(b.sub(size, twice));
  for (const register of registers) b.setSized(register, b.addressSize, b.add(b.get(register), step));
}

/**
 * One element, and with a repeat prefix the instruction again: interruptible between elements, as on the processor.
 * `element` gives the condition that ends the repetition early, or null.
 */
function repeated(element: (b: LiftBuilder) => Value | null): Lift {
  return (b) => {
    if ((b.shape & REPEATED) === 0) {
      element(b);
      return;
    }
    const count = b.let(b.getSized(Word.ecx, b.addressSize));
    b.exitIf(b.equal(count, 0), b.field('nextEip'));
    const done = element(b);
    b.setSized(Word.ecx, b.addressSize, b.sub(count, 1));
    if (done) b.exitIf(done, b.field('nextEip'));
    b.jump(b.field('eip'));
  };
}

export const movs: Lift = repeated((b) => {
  const value = b.load(b.size(0), sourceAddress(b));
  b.store(b.size(0), destinationAddress(b, 'write'), value);
  advance(b, Word.esi, Word.edi);
  return null;
});

export const stos: Lift = repeated((b) => {
  b.store(b.size(0), destinationAddress(b, 'write'), b.getSized(Word.eax, b.size(0)));
  advance(b, Word.edi);
  return null;
});

export const lods: Lift = repeated((b) => {
  const value = b.load(b.size(0), sourceAddress(b));
  advance(b, Word.esi);
  b.setSized(Word.eax, b.size(0), value);
  return null;
});

/** Sets the flags of left - right; the condition that ends REPE (a difference) or REPNE (equality). */
function compare(b: LiftBuilder, left: Value, right: Value): Value {
  const result = b.let(b.sub(left, right));
  b.flags.afterSub(b.size(0), left, right, result);
  return b.shape & Shape.repeatNot ? b.equal(result, 0) : b.notEqual(result, 0);
}

export const cmps: Lift = repeated((b) => {
  const left = b.load(b.size(0), sourceAddress(b));
  const right = b.load(b.size(0), destinationAddress(b, 'read'));
  advance(b, Word.esi, Word.edi);
  return compare(b, left, right);
});

export const scas: Lift = repeated((b) => {
  const left = b.let(b.getSized(Word.eax, b.size(0)));
  const right = b.load(b.size(0), destinationAddress(b, 'read'));
  advance(b, Word.edi);
  return compare(b, left, right);
});
