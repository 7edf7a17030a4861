import { Exit } from '../abi/exits.ts';
import { Key } from '../abi/key.ts';
import { Segment, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { attempt } from './attempt.ts';
import { intercepted } from './intercept.ts';
import type { Lift, LiftBuilder } from './lifter.ts';
import { flagsImageOnly, isIoPrivilegeLow } from './virtual-flag.ts';

/** Bits of EFLAGS that PUSHF stores: VM and RF read as 0 (Intel SDM vol. 2, PUSHF). */
const PUSHED_FLAGS = 0x00fcffff;

export const push: Lift = (b) => b.push(b.read(0), b.operandSize);

/** With ESP as the destination the popped value wins; as a base it counts after the pop, which the decoder sees to. */
export const pop: Lift = (b) => {
  const size = b.operandSize;
  const value = b.let(b.peek(size));
  if (b.isMemory(0)) {
    b.write(0, value);
    b.moveStack(size);
  } else {
    b.moveStack(size);
    b.write(0, value);
  }
};

export const pushSegment: Lift = (b) => b.push(b.get(Word.selector + b.argument), b.operandSize);

const pushFlags: Lift = (b) => {
  flagsImageOnly(b);
  if (b.key & Key.vm86 && b.operandSize === 2) b.fallback(isIoPrivilegeLow(b), 'pushVirtualFlags', 2);
  b.push(pushedFlags(b), b.operandSize);
};

export const pushf: Lift = intercepted(Exit.pushf, pushFlags);

/** The image of EFLAGS that PUSHF stores. */
export function pushedFlags(b: LiftBuilder): Value {
  return b.or(b.and(b.get(Word.eflags), PUSHED_FLAGS), b.flags.image());
}

/** Levels of nesting count modulo 32. */
const LEVELS = 31;

/**
 * ENTER. Left to the trap with nested frames, and where the end of the frame can't be written: the first store is done even then, which no order of
 * accesses gives.
 */
export const enter: Lift = (b) => {
  const size = b.operandSize;
  const [bytes, level] = [b.field('immediate'), b.field('immediate2')];
  const args = [size, bytes, level];
  b.fallback(b.and(level, LEVELS), 'enterFrame', ...args);
  const frame = b.let(b.zeroExtend(b.sub(b.get(Word.esp), size), b.stackSize));
  const end = b.let(b.zeroExtend(b.sub(frame, bytes), b.stackSize));
  attempt(b, 'canWriteStack', [end, size], 'enterFrame', args);
  b.store(size, b.segmentAddress(Segment.ss, frame, size, 'write'), b.getSized(Word.ebp, size));
  // All of ESP counts with an operand of 32 bits, whatever the stack's width.
  const kept = b.stackSize === 2 ? b.and(b.get(Word.esp), 0xffff0000) : 0;
  b.setSized(Word.ebp, size, b.or(frame, kept));
  b.setSized(Word.esp, b.stackSize, end);
};

export const leave: Lift = (b) => {
  const size = b.operandSize;
  const frame = b.let(b.getSized(Word.ebp, b.stackSize));
  const value = b.load(size, b.segmentAddress(Segment.ss, frame, size, 'read'));
  b.setSized(Word.esp, b.stackSize, b.add(frame, size));
  b.setSized(Word.ebp, size, value);
};

const allRegisters = [Word.eax, Word.ecx, Word.edx, Word.ebx, Word.esp, Word.ebp, Word.esi, Word.edi] as const;

/** The value of ESP that is stored is that before the instruction. */
export const pusha: Lift = (b) => {
  const size = b.operandSize;
  pushAll(
    b,
    size,
    allRegisters.map((word) => b.getSized(word, size)),
  );
};

/** Nothing changes unless all of it can be stored. */
export function pushAll(b: LiftBuilder, size: 2 | 4, values: readonly Value[]): void {
  const pushes = values.map((value, n) => ({
    value: b.let(value),
    linear: b.stackAddress(-size * (n + 1), size, 'write'),
  }));
  for (const { linear } of pushes) b.probeWrite(size, linear);
  for (const { linear, value } of pushes) b.store(size, linear, value);
  b.moveStack(-size * values.length);
}

/** The value for ESP is skipped. */
export const popa: Lift = (b) => {
  const size = b.operandSize;
  const count = allRegisters.length;
  const pops = allRegisters
    .map((word, n) => ({ word, depth: size * (count - 1 - n) }))
    .filter(({ word }) => word !== Word.esp)
    .reverse()
    .map(({ word, depth }) => ({ word, value: b.peek(size, depth) }));
  for (const { word, value } of pops) b.setSized(word, size, value);
  b.moveStack(size * count);
};
