/**
 * The #GP(0) of instructions that concern IF where the CPL is above IOPL and no virtual interrupt flag stands in for it (Intel SDM vol. 3,
 * 21.3 and 21.4): under a monitor, such as EMM386, each of them is one. The traps know the same, and what such a flag does.
 */
import { Cr4 } from '../abi/control-registers.ts';
import { Vector } from '../abi/faults.ts';
import { Key } from '../abi/key.ts';
import { Eflags, Nmi, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { LiftBuilder } from './lifter.ts';

/** Whether IOPL is below 3, the CPL of user code. */
export function isIoPrivilegeLow(b: LiftBuilder): Value {
  return b.lessUnsigned(b.and(b.get(Word.eflags), Eflags.iopl), Eflags.iopl);
}

/** INT n in VM86 mode, and others: with IOPL below 3 the processor must have an extension, a bit of CR4. */
export function extensionOnly(b: LiftBuilder, extension: number): void {
  b.faultIf(lacks(b, extension), Vector.generalProtection);
}

function lacks(b: LiftBuilder, extension: number): Value {
  return b.and(isIoPrivilegeLow(b), b.equal(b.and(b.get(Word.cr4), extension), 0));
}

/** CLI and STI. */
export function interruptFlagOnly(b: LiftBuilder): void {
  if (b.key & Key.user) extensionOnly(b, b.key & Key.vm86 ? Cr4.vme : Cr4.pvi);
}

/** PUSHF and POPF. */
export function flagsImageOnly(b: LiftBuilder): void {
  if (b.key & Key.vm86) b.faultIf(lacksImage(b), Vector.generalProtection);
}

/** IRET. One that unmasks NMIs is left to the trap, which does that before it faults (vol. 3, 6.7.1). */
export function returnImageOnly(b: LiftBuilder): void {
  if ((b.key & Key.vm86) === 0) return;
  const unmasks = b.and(b.get(Word.nmi), Nmi.blocked);
  b.faultIf(b.and(lacksImage(b), b.equal(unmasks, 0)), Vector.generalProtection);
}

/** The image of 32 bits has no virtual flag. */
function lacksImage(b: LiftBuilder): Value {
  return b.operandSize === 2 ? lacks(b, Cr4.vme) : isIoPrivilegeLow(b);
}
