import { Eflags, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { Shape } from '../x86/instruction.ts';
import { checkAlignment } from './alignment.ts';
import type { Lift, LiftBuilder } from './lifter.ts';

const CARRY = 2;
/** Flags that LAHF and SAHF move: SF ZF AF PF CF. */
const AH_FLAGS = Eflags.sf | Eflags.zf | Eflags.af | Eflags.pf | Eflags.cf;

export const mov: Lift = (b) => b.write(0, b.read(1));
export const movsx: Lift = (b) => b.write(0, b.readSigned(1));
export const movzx: Lift = mov;
export const lea: Lift = (b) => b.write(0, b.effectiveAddress());

export const xchg: Lift = (b) => {
  const first = b.let(b.readToModify(0));
  const second = b.let(b.read(1));
  b.write(0, second);
  b.write(1, first);
};

export const xlat: Lift = (b) => {
  const offset = b.zeroExtend(b.add(b.get(Word.ebx), b.getSized(Word.eax, 1)), b.addressSize);
  const address = b.shape & Shape.segmented ? b.segmentAddress(b.field('segment'), offset, 1, 'read') : offset;
  b.setSized(Word.eax, 1, b.load(1, address));
};

/** With a 16-bit operand the result is undefined; processors clear the register's low half. */
export const bswap: Lift = (b) => {
  const value = b.let(b.read(0));
  b.write(0, b.size(0) === 2 ? 0 : swapped(b, value));
};

function swapped(b: LiftBuilder, value: Value): Value {
  const outer = b.or(b.shl(value, 24), b.shr(value, 24));
  const inner = b.or(b.and(b.shl(value, 8), 0xff0000), b.and(b.shr(value, 8), 0xff00));
  return b.or(outer, inner);
}

export const movbe: Lift = (b) => {
  const value = b.let(b.read(1));
  b.write(0, b.size(0) === 2 ? b.shr(swapped(b, value), 16) : swapped(b, value));
};

/** The destination is written in either case (Intel SDM vol. 2, CMPXCHG); a register after the accumulator. */
export const cmpxchg: Lift = (b) => {
  const size = b.size(0);
  const destination = b.let(b.readToModify(0));
  const source = b.read(1);
  const accumulator = b.let(b.getSized(Word.eax, size));
  const equal = b.let(b.equal(accumulator, destination));
  const stored = b.let(b.select(equal, source, destination));
  if (b.isMemory(0)) b.write(0, stored);
  b.setSized(Word.eax, size, b.select(equal, accumulator, destination));
  if (!b.isMemory(0)) b.write(0, stored);
  b.flags.afterSub(size, accumulator, destination, b.sub(accumulator, destination));
};

export const cmpxchg8b: Lift = (b) => {
  const low = b.operandAddress(8, 'write');
  checkAlignment(b, low, 8);
  // What is not there or read-only is met from its first byte on, as by a write.
  const window = b.window(8, low, 'write', 'any');
  const oldLow = b.loadIn(window, 0);
  const oldHigh = b.loadIn(window, 4);
  const equal = b.let(b.and(b.equal(oldLow, b.get(Word.eax)), b.equal(oldHigh, b.get(Word.edx))));
  b.storeIn(window, 0, b.select(equal, b.get(Word.ebx), oldLow));
  b.storeIn(window, 4, b.select(equal, b.get(Word.ecx), oldHigh));
  // Where they are equal, EDX:EAX holds the old value already.
  b.set(Word.eax, oldLow);
  b.set(Word.edx, oldHigh);
  b.flags.setZero(equal);
};

/** XADD. If both registers are the same the sum wins: the destination is written last, unless it is memory. */
export const xadd: Lift = (b) => {
  const destination = b.let(b.readToModify(0));
  const source = b.let(b.read(1));
  const sum = b.let(b.add(destination, source));
  if (b.isMemory(0)) b.write(0, sum);
  b.write(1, destination);
  if (!b.isMemory(0)) b.write(0, sum);
  b.flags.afterAdd(b.size(0), destination, source, sum);
};

/** The source is read whatever the condition (Intel SDM vol. 2, CMOVcc). */
export const cmov: Lift = (b) => {
  const source = b.read(1);
  b.write(0, b.select(b.condition(b.argument), source, b.read(0)));
};

export const setcc: Lift = (b) => b.write(0, b.condition(b.argument));

export const cbw: Lift = (b) => {
  const half = b.operandSize === 4 ? 2 : 1;
  b.setSized(Word.eax, b.operandSize, b.signExtend(b.get(Word.eax), half));
};

export const cwd: Lift = (b) => {
  b.setSized(Word.edx, b.operandSize, b.sar(b.signExtend(b.get(Word.eax), b.operandSize), 31));
};

export const lahf: Lift = (b) => {
  const image = b.or(b.and(b.flags.image(), AH_FLAGS), Eflags.one);
  b.set(Word.eax, b.or(b.and(b.get(Word.eax), ~0xff00), b.shl(image, 8)));
};

export const sahf: Lift = (b) => {
  const loaded = b.and(b.shr(b.get(Word.eax), 8), AH_FLAGS);
  b.flags.setAll(b.or(loaded, b.and(b.flags.image(), Eflags.of)));
};

export const salc: Lift = (b) => b.setSized(Word.eax, 1, b.sub(0, b.condition(CARRY)));

/** 16 bits to memory; a 32-bit register is zero-extended (Intel SDM vol. 2, MOV). */
export const movFromSegment: Lift = (b) => {
  const selector = b.read(1);
  if (b.isMemory(0)) b.store(2, b.operandAddress(2, 'write'), selector);
  else b.write(0, selector);
};
