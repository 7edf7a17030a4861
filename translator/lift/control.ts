import { Eflags, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder } from './lifter.ts';

const CARRY = 2;
const EQUAL = 4;
const NOT_EQUAL = 5;

export const jmp: Lift = (b) => b.jump(b.field('target'));
export const jmpIndirect: Lift = (b) => b.indirect(b.read(0), 'jump');
export const jcc: Lift = (b) => b.branch(b.condition(b.argument), b.field('target'));

export const call: Lift = (b) => {
  b.push(b.field('nextEip'), b.operandSize);
  b.jump(b.field('target'), 'call');
};

export const callIndirect: Lift = (b) => {
  const target = b.let(b.read(0));
  b.push(b.field('nextEip'), b.operandSize);
  b.indirect(target, 'call');
};

/** Pops the return address and `extra` bytes of arguments. */
function returnNear(b: LiftBuilder, extra: Value | number): void {
  const target = b.peek(b.operandSize);
  b.moveStack(b.add(extra, b.operandSize));
  b.indirect(target, 'return');
}

export const ret: Lift = (b) => returnNear(b, 0);
export const retImmediate: Lift = (b) => returnNear(b, b.read(0));

/** Counts eCX down and jumps while it is not 0 and the condition, if there is one, holds. */
function loopWhile(condition?: number): Lift {
  return (b) => {
    const count = b.let(b.zeroExtend(b.sub(b.get(Word.ecx), 1), b.addressSize));
    b.setSized(Word.ecx, b.addressSize, count);
    const more = b.notEqual(count, 0);
    b.branch(condition === undefined ? more : b.and(more, b.condition(condition)), b.field('target'));
  };
}

export const loop: Lift = loopWhile();
export const loope: Lift = loopWhile(EQUAL);
export const loopne: Lift = loopWhile(NOT_EQUAL);
export const jcxz: Lift = (b) => b.branch(b.equal(b.getSized(Word.ecx, b.addressSize), 0), b.field('target'));

export const nop: Lift = () => undefined;
export const clc: Lift = (b) => b.flags.setCarry(0);
export const stc: Lift = (b) => b.flags.setCarry(1);
export const cmc: Lift = (b) => b.flags.setCarry(b.xor(b.condition(CARRY), 1));
export const cld: Lift = (b) => b.set(Word.eflags, b.and(b.get(Word.eflags), ~Eflags.df));
export const std: Lift = (b) => b.set(Word.eflags, b.or(b.get(Word.eflags), Eflags.df));
