/**
 * Transfers to other segments: far jumps, calls and returns, and interrupts of real mode, which are calls by a table. The usual case of code that
 * is not flat is lifted; all else is left to a trap (runtime/cpu).
 */
import { Cr4 } from '../abi/control-registers.ts';
import { Exit } from '../abi/exits.ts';
import type { TrapName } from '../abi/helpers.ts';
import { Key } from '../abi/key.ts';
import { Eflags, Segment, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { attempt } from './attempt.ts';
import { type FarPointer, memoryPointer } from './far-pointer.ts';
import { intercepted } from './intercept.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { pushAll, pushedFlags } from './stack.ts';
import { isUnprotected, leaveUnusualLoad, setSegment } from './unprotected-segment.ts';
import { extensionOnly, returnImageOnly } from './virtual-flag.ts';

function immediatePointer(b: LiftBuilder): FarPointer {
  return { selector: b.field('immediate2'), offset: b.field('immediate') };
}

/**
 * Whether far jumps, calls and returns are lifted: flat code goes to other
 * segments to change its level, or to code of another size.
 */
export function liftsFarTransfers(key: number): boolean {
  return (key & Key.flat) === 0;
}

/** The jump is one like a return: targets that are noted for an indirect jump are of its own segment. */
function jumpTo(b: LiftBuilder, { selector, offset }: FarPointer): void {
  const args = [selector, offset, b.field('nextEip')];
  if (!liftsFarTransfers(b.key)) b.trap('jumpFar', ...args);
  else {
    findCode(b, { selector, offset }, 'jumpFar', args);
    enterCode(b, selector);
    b.indirect(offset, 'return');
  }
}

function callTo(b: LiftBuilder, { selector, offset }: FarPointer): void {
  const size = b.operandSize;
  const args = [selector, offset, size, b.field('nextEip')];
  if (!liftsFarTransfers(b.key)) {
    b.trap('callFar', ...args);
    return;
  }
  findCode(b, { selector, offset }, 'callFar', args);
  pushAll(b, size, [b.get(Word.selector + Segment.cs), b.field('nextEip')]);
  enterCode(b, selector);
  b.indirect(offset, 'call');
}

function returnFar(b: LiftBuilder, extra: Value | number): void {
  const size = b.operandSize;
  if (!liftsFarTransfers(b.key)) {
    b.trap('returnFar', size, extra);
    return;
  }
  const offset = b.peek(size);
  const selector = b.let(b.and(b.peek(size, size), 0xffff));
  findCode(b, { selector, offset }, 'returnFar', [size, extra]);
  b.moveStack(b.add(extra, 2 * size));
  enterCode(b, selector);
  b.indirect(offset, 'return');
}

/** Leaves it to a trap unless there is code of the same level and key. */
function findCode(b: LiftBuilder, { selector, offset }: FarPointer, trap: TrapName, args: Operand[]): void {
  if (isUnprotected(b)) {
    leaveUnusualLoad(b, Segment.cs, trap, args);
    b.fallback(b.lessUnsigned(b.get(Word.segmentLimit + Segment.cs), offset), trap, ...args);
  } else attempt(b, 'hasCode', [selector, offset], trap, args);
}

function enterCode(b: LiftBuilder, selector: Value): void {
  if (isUnprotected(b)) {
    setSegment(b, Segment.cs, selector);
    b.let(b.call('enterCodeContext'));
  } else b.let(b.call('enterFoundCode', selector));
}

export const jmpFar: Lift = (b) => jumpTo(b, immediatePointer(b));
export const jmpFarIndirect: Lift = (b) => jumpTo(b, memoryPointer(b));
export const callFar: Lift = (b) => callTo(b, immediatePointer(b));
export const callFarIndirect: Lift = (b) => callTo(b, memoryPointer(b));
export const retFar: Lift = (b) => returnFar(b, 0);
export const retFarImmediate: Lift = (b) => returnFar(b, b.let(b.read(0)));

// Interrupts.

/** An entry of real mode's table of handlers: offset, then selector. */
const HANDLER_BYTES = 4;

/** Whether INT n is lifted, as a call of its handler: in real mode where not all segments are flat. */
export function callsHandler(key: number): boolean {
  return (key & (Key.protected | Key.flat)) === 0;
}

/** INT n. In real mode a call of what the table has for it, which pushes FLAGS first (Intel SDM vol. 3, 20.1.4). */
const callHandler: Lift = (b) => {
  if (b.key & Key.vm86) extensionOnly(b, Cr4.vme);
  const vector = b.read(0);
  const args = [vector, b.field('nextEip')];
  if (!callsHandler(b.key)) {
    b.trap('softwareInterrupt', ...args);
    return;
  }
  const handler = b.let(b.load(4, b.add(b.get(Word.idtrBase), b.mul(vector, HANDLER_BYTES))));
  const offset = b.let(b.and(handler, 0xffff));
  const selector = b.let(b.shr(handler, 16));
  attempt(b, 'hasHandler', [vector], 'softwareInterrupt', args);
  findCode(b, { selector, offset }, 'softwareInterrupt', args);
  pushAll(b, 2, [pushedFlags(b), b.get(Word.selector + Segment.cs), b.field('nextEip')]);
  b.set(Word.eflags, b.and(b.get(Word.eflags), ~(Eflags.if | Eflags.tf | Eflags.ac | Eflags.rf)));
  enterCode(b, selector);
  b.indirect(offset, 'call');
};

export const interrupt: Lift = intercepted(Exit.softwareInterrupt, callHandler);

/** IRET. In real mode a far return that pops FLAGS, unless it unmasks NMIs. */
const interruptReturn: Lift = (b) => {
  returnImageOnly(b);
  const size = b.operandSize;
  const args = [size, b.field('nextEip')];
  if (!callsHandler(b.key) || size === 4) {
    b.trap('interruptReturn', ...args);
    return;
  }
  b.fallback(b.get(Word.nmi), 'interruptReturn', ...args);
  const offset = b.peek(2);
  const selector = b.peek(2, 2);
  const image = b.let(b.or(b.and(b.get(Word.eflags), 0xffff0000), b.peek(2, 4)));
  findCode(b, { selector, offset }, 'interruptReturn', args);
  attempt(b, 'tryRestoreFlags', [image], 'interruptReturn', args);
  b.flags.setAll(image);
  b.moveStack(6);
  enterCode(b, selector);
  b.indirect(offset, 'comeBack');
};

export const iret: Lift = intercepted(Exit.iret, interruptReturn);
