import { Key } from '../abi/key.ts';
import { Eflags, Segment, Word } from '../abi/state.ts';
import type { Lift } from './lifter.ts';

/** What PUSHF stores of EFLAGS: VM and RF read as 0 (Intel SDM vol. 2, PUSHF). */
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

export const pushf: Lift = (b) => {
  const eflags = b.get(Word.eflags);
  const isLow = b.lessUnsigned(b.and(eflags, Eflags.iopl), Eflags.iopl);
  if (b.key & Key.vm86) b.fallback(isLow, 'pushVirtualFlags', b.operandSize);
  b.push(b.or(b.and(eflags, PUSHED_FLAGS), b.flags.image()), b.operandSize);
};

export const leave: Lift = (b) => {
  const size = b.operandSize;
  const frame = b.let(b.getSized(Word.ebp, b.stackSize));
  const value = b.load(size, b.segmentAddress(Segment.ss, frame, size, 'read'));
  b.setSized(Word.esp, b.stackSize, b.add(frame, size));
  b.setSized(Word.ebp, size, value);
};
