import { Vector } from '../abi/faults.ts';
import { Key } from '../abi/key.ts';
import { Eflags, Segment, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder } from './lifter.ts';

const CARRY = 2;
const EQUAL = 4;
const NOT_EQUAL = 5;

/**
 * A transfer beyond the code segment's limit is a fault of the transfer, which has changed nothing then (Intel SDM vol. 2,
 * JMP, CALL, RET, Jcc, LOOPcc). `condition`: 1 if it happens.
 */
function checkTarget(b: LiftBuilder, target: Value, condition?: Value): void {
  if (b.key & Key.flat) return;
  const beyond = b.lessUnsigned(b.get(Word.segmentLimit + Segment.cs), target);
  b.faultIf(condition === undefined ? beyond : b.and(condition, beyond), Vector.generalProtection);
}

export const jmp: Lift = (b) => {
  checkTarget(b, b.field('target'));
  b.jump(b.field('target'));
};

export const jmpIndirect: Lift = (b) => {
  const target = b.let(b.read(0));
  checkTarget(b, target);
  b.indirect(target, 'jump');
};

/** Jumps to the instruction's target if the condition, 0 or 1, holds. */
function branch(b: LiftBuilder, condition: Value): void {
  checkTarget(b, b.field('target'), condition);
  b.branch(condition, b.field('target'));
}

export const jcc: Lift = (b) => branch(b, b.condition(b.argument));

export const call: Lift = (b) => {
  checkTarget(b, b.field('target'));
  b.push(b.field('nextEip'), b.operandSize);
  b.jump(b.field('target'), 'call');
};

export const callIndirect: Lift = (b) => {
  const target = b.let(b.read(0));
  checkTarget(b, target);
  b.push(b.field('nextEip'), b.operandSize);
  b.indirect(target, 'call');
};

/** Pops the return address and `extra` bytes of arguments. */
function returnNear(b: LiftBuilder, extra: Value | number): void {
  const target = b.peek(b.operandSize);
  checkTarget(b, target);
  b.moveStack(b.add(extra, b.operandSize));
  b.indirect(target, 'return');
}

export const ret: Lift = (b) => returnNear(b, 0);
export const retImmediate: Lift = (b) => returnNear(b, b.read(0));

/** Counts eCX down and jumps while it is not 0 and the condition, if there is one, holds. */
function loopWhile(condition?: number): Lift {
  return (b) => {
    const count = b.let(b.zeroExtend(b.sub(b.get(Word.ecx), 1), b.addressSize));
    const more = b.notEqual(count, 0);
    const taken = condition === undefined ? more : b.and(more, b.condition(condition));
    checkTarget(b, b.field('target'), taken);
    b.setSized(Word.ecx, b.addressSize, count);
    b.branch(taken, b.field('target'));
  };
}

export const loop: Lift = loopWhile();
export const loope: Lift = loopWhile(EQUAL);
export const loopne: Lift = loopWhile(NOT_EQUAL);
export const jcxz: Lift = (b) => branch(b, b.equal(b.getSized(Word.ecx, b.addressSize), 0));

export const nop: Lift = () => undefined;
export const clc: Lift = (b) => b.flags.setCarry(0);
export const stc: Lift = (b) => b.flags.setCarry(1);
export const cmc: Lift = (b) => b.flags.setCarry(b.xor(b.condition(CARRY), 1));
export const cld: Lift = (b) => b.set(Word.eflags, b.and(b.get(Word.eflags), ~Eflags.df));
export const std: Lift = (b) => b.set(Word.eflags, b.or(b.get(Word.eflags), Eflags.df));
