/**
 * The instructions that concern more than the program: most evaluate their operands and leave the rest to a trap
 * (runtime/cpu). Those that only read or write a state word are lifted like any other.
 */
import { Exit } from '../abi/exits.ts';
import { Vector } from '../abi/faults.ts';
import type { TrapName } from '../abi/helpers.ts';
import { Key } from '../abi/key.ts';
import { Eflags, Segment, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { Shape } from '../x86/instruction.ts';
import { attempt } from './attempt.ts';
import { memoryPointer } from './far-pointer.ts';
import { intercepted } from './intercept.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { isUnprotected, leaveUnusualLoad, setSegment } from './unprotected-segment.ts';
import { flagsImageOnly, interruptFlagOnly } from './virtual-flag.ts';

/** #GP(0) unless the CPL is 0. */
export function supervisorOnly(b: LiftBuilder): void {
  if (b.key & Key.user) b.faultIf(1, Vector.generalProtection);
  else if (b.key & Key.protected) b.faultIf(b.notEqual(b.get(Word.cpl), 0), Vector.generalProtection);
}

/** #UD in real and VM86 mode. */
export function protectedOnly(b: LiftBuilder): void {
  if ((b.key & Key.protected) === 0 || b.key & Key.vm86) b.faultIf(1, Vector.invalidOpcode);
}

/** Nothing but a trap. */
const trapping =
  (helper: TrapName): Lift =>
  (b) =>
    b.trap(helper);

/** A trap that is privileged. */
const privileged =
  (helper: TrapName): Lift =>
  (b) => {
    supervisorOnly(b);
    b.trap(helper);
  };

/** A lifter whose instruction a hypervisor may intercept, after the CPL was checked. */
const interceptedOfSupervisor = (exit: number, lift: Lift): Lift => intercepted(exit, lift, supervisorOnly);

const raising =
  (vector: number): Lift =>
  (b) =>
    b.faultIf(1, vector);

// Interrupt flag, flags image, interrupts.

/** With CPL > IOPL it is #GP(0), or a virtual flag's; real mode has neither. The CPL in VM86 mode is 3. */
export const cli: Lift = (b) => {
  interruptFlagOnly(b);
  if (b.key & Key.protected) {
    const iopl = b.and(b.shr(b.get(Word.eflags), 12), 3);
    b.fallback(b.lessUnsigned(iopl, b.get(Word.cpl)), 'changeVirtualFlag', 0);
  }
  b.set(Word.eflags, b.and(b.get(Word.eflags), ~Eflags.if));
};

export const sti: Lift = (b) => {
  interruptFlagOnly(b);
  attempt(b, 'tryEnableInterrupts', [b.field('nextEip')], 'setInterruptFlag');
};

const popFlags: Lift = (b) => {
  const size = b.operandSize;
  flagsImageOnly(b);
  const popped = b.peek(size);
  const image = size === 4 ? popped : b.let(b.or(b.and(b.get(Word.eflags), 0xffff0000), popped));
  attempt(b, 'tryRestoreFlags', [image], 'popFlags', [size]);
  b.flags.setAll(image);
  b.moveStack(size);
};

export const popf: Lift = intercepted(Exit.popf, popFlags);

export const breakpoint: Lift = (b) => b.trap('softwareException', Vector.breakpoint, b.field('nextEip'));
export const debugTrap: Lift = intercepted(Exit.int1, (b) => b.trap('debugTrap', b.field('nextEip')));
export const invalidOpcode: Lift = raising(Vector.invalidOpcode);
export const tooLong: Lift = raising(Vector.generalProtection);
export const hlt: Lift = interceptedOfSupervisor(Exit.hlt, privileged('halt'));
export const pause: Lift = intercepted(Exit.pause, (b) => attempt(b, 'tryPause', [], 'pause'));

/** Condition code 1: OF is clear. */
const NO_OVERFLOW = 1;

export const overflow: Lift = (b) => {
  b.exitIf(b.condition(NO_OVERFLOW), b.field('nextEip'));
  b.trap('softwareException', Vector.overflow, b.field('nextEip'));
};

export const bound: Lift = (b) => {
  const size = b.size(0);
  const index = b.let(b.readSigned(0));
  const bounds = b.operandAddress(2 * size, 'read');
  const lower = b.signExtend(b.load(size, bounds), size);
  const upper = b.signExtend(b.load(size, b.add(bounds, size)), size);
  b.faultIf(b.or(b.less(index, lower), b.less(upper, index)), Vector.boundRange);
};

export const sysenter: Lift = trapping('sysenter');
export const sysexit: Lift = privileged('sysexit');

// Segment registers and selectors.

/** MOV to DS, ES, FS or GS. */
export const movToSegment: Lift = (b) => {
  const [segment, selector] = [b.field('reg'), b.let(b.read(1))];
  loadSegment(b, segment, selector, 'moveToSegment', [segment, selector]);
};

export const movToStackSegment: Lift = (b) => {
  const selector = b.let(b.read(1));
  loadSegment(b, Segment.ss, selector, 'moveToSegment', [Segment.ss, selector]);
};

export const popSegment: Lift = (b) => {
  const size = b.operandSize;
  const selector = b.let(b.and(b.peek(size), 0xffff));
  loadSegment(b, b.argument, selector, 'popSegment', [b.argument, size]);
  b.moveStack(size);
};

export const loadFarPointer: Lift = (b) => {
  const register = b.field('reg');
  const { selector, offset } = memoryPointer(b);
  const value = b.operandSize === 4 ? offset : b.or(b.and(b.get(register), 0xffff0000), offset);
  const args = [b.argument, selector, register, value];
  if (b.argument === Segment.ss) {
    b.trap('loadPointer', ...args);
    return;
  }
  loadSegment(b, b.argument, selector, 'loadPointer', args);
  b.set(register, value);
};

/** Loads a segment register, or leaves the instruction to a trap. SS casts a shadow in every mode. */
function loadSegment(b: LiftBuilder, segment: Operand, selector: Value, trap: TrapName, args: Operand[]): void {
  if (isUnprotected(b) && segment !== Segment.ss) {
    leaveUnusualLoad(b, segment, trap, args);
    setSegment(b, segment, selector);
  } else attempt(b, 'tryLoadSegment', [segment, selector, b.field('nextEip')], trap, args);
}

export const arpl: Lift = (b) => {
  protectedOnly(b);
  const destination = b.let(b.read(0));
  const privilege = b.let(b.and(b.read(1), 3));
  const adjusts = b.let(b.lessUnsigned(b.and(destination, 3), privilege));
  b.when(adjusts, () => b.write(0, b.or(b.and(destination, 0xfffc), privilege)));
  b.flags.setZero(adjusts);
};

/** LAR and LSL. */
const examining =
  (helper: TrapName): Lift =>
  (b) => {
    protectedOnly(b);
    b.trap(helper, b.read(1), b.field('reg'), b.operandSize);
  };

/** VERR and VERW. */
const verifying =
  (helper: TrapName): Lift =>
  (b) => {
    protectedOnly(b);
    b.trap(helper, b.read(0));
  };

export const lar: Lift = examining('loadAccessRights');
export const lsl: Lift = examining('loadSegmentLimit');
export const verr: Lift = verifying('verifyRead');
export const verw: Lift = verifying('verifyWrite');

function storingSelector(exit: number, word: number): Lift {
  const lift: Lift = (b) => {
    protectedOnly(b);
    b.write(0, b.get(word));
  };
  return intercepted(exit, lift, protectedOnly);
}

function protectedSupervisorOnly(b: LiftBuilder): void {
  protectedOnly(b);
  supervisorOnly(b);
}

function loadingSelector(exit: number, helper: TrapName): Lift {
  const lift: Lift = (b) => {
    protectedSupervisorOnly(b);
    b.trap(helper, b.read(0));
  };
  return intercepted(exit, lift, protectedSupervisorOnly);
}

export const sldt = storingSelector(Exit.readLdtr, Word.ldtrSelector);
export const str = storingSelector(Exit.readTr, Word.taskSelector);
export const lldt = loadingSelector(Exit.writeLdtr, 'loadLocalTable');
export const ltr = loadingSelector(Exit.writeTr, 'loadTask');

/** Limit (2 bytes) and base (4 bytes): all of the base is stored, whatever the operand size. */
const storingTable =
  (limit: number, base: number): Lift =>
  (b) => {
    const address = b.operandAddress(6, 'write');
    const second = b.let(b.add(address, 2));
    b.probeWrite(4, second);
    b.store(2, address, b.get(limit));
    b.store(4, second, b.get(base));
  };

const loadingTable =
  (helper: TrapName): Lift =>
  (b) => {
    supervisorOnly(b);
    const address = b.operandAddress(6, 'read');
    const limit = b.load(2, address);
    const base = b.load(4, b.add(address, 2));
    b.trap(helper, limit, b.operandSize === 4 ? base : b.and(base, 0xffffff));
  };

export const sgdt = intercepted(Exit.readGdtr, storingTable(Word.gdtrLimit, Word.gdtrBase));
export const sidt = intercepted(Exit.readIdtr, storingTable(Word.idtrLimit, Word.idtrBase));
export const lgdt = interceptedOfSupervisor(Exit.writeGdtr, loadingTable('loadGlobalTable'));
export const lidt = interceptedOfSupervisor(Exit.writeIdtr, loadingTable('loadInterruptTable'));

// Control and debug registers.

/** A privileged trap with arguments. */
function trapPrivileged(b: LiftBuilder, helper: TrapName, ...args: Operand[]): void {
  supervisorOnly(b);
  b.trap(helper, ...args);
}

const movingFrom =
  (helper: TrapName): Lift =>
  (b) =>
    trapPrivileged(b, helper, b.field('rm'), b.field('reg'));

const movingTo =
  (helper: TrapName): Lift =>
  (b) =>
    trapPrivileged(b, helper, b.field('reg'), b.get(b.field('rm')));

// Their traps ask for intercepts, as these come after other exceptions.
export const movFromControl = movingFrom('moveFromControl');
export const movToControl = movingTo('moveToControl');
export const movFromDebug = movingFrom('moveFromDebug');
export const movToDebug = movingTo('moveToDebug');
export const smsw = intercepted(Exit.readControl, (b) => b.write(0, b.get(Word.cr0)));
export const clts = interceptedOfSupervisor(Exit.writeControl, privileged('clearTaskSwitched'));
export const invd = interceptedOfSupervisor(Exit.invd, supervisorOnly);
export const wbinvd = interceptedOfSupervisor(Exit.wbinvd, supervisorOnly);

const loadMachineStatus: Lift = (b) => {
  supervisorOnly(b);
  b.trap('loadMachineStatus', b.read(0));
};

/** The selective intercept of CR0 is for it, whatever is written (AMD64 Architecture Programmer's Manual vol. 2, table 15-7). */
export const lmsw = interceptedOfSupervisor(Exit.writeControl, intercepted(Exit.writeSelectedCr0, loadMachineStatus));

/** The address is not checked against the segment. */
const invalidatePage: Lift = (b) => {
  const base = b.get(b.add(b.field('segment'), Word.segmentBase));
  trapPrivileged(b, 'invalidatePage', b.add(base, b.effectiveAddress()));
};

export const invlpg = interceptedOfSupervisor(Exit.invlpg, invalidatePage);

// Ports.

export const input: Lift = (b) => b.trap('portIn', b.read(1), b.size(0));
export const output: Lift = (b) => b.trap('portOut', b.read(0), b.read(1), b.size(1));

function isRepeated(b: LiftBuilder): boolean {
  return (b.shape & (Shape.repeat | Shape.repeatNot)) !== 0;
}

/** Bits that count of the registers that a string instruction goes through memory with. */
function addressMask(b: LiftBuilder): number {
  return b.addressSize === 4 ? -1 : 0xffff;
}

export const inputString: Lift = (b) => {
  const size = b.size(0);
  const mask = addressMask(b);
  if (isRepeated(b)) b.trap('repeatStringIn', size, mask, b.field('eip'), b.field('nextEip'));
  else b.trap('stringIn', size, mask);
};

export const outputString: Lift = (b) => {
  const size = b.size(1);
  const mask = addressMask(b);
  const segment = b.field('segment');
  if (isRepeated(b)) b.trap('repeatStringOut', size, mask, segment, b.field('eip'), b.field('nextEip'));
  else b.trap('stringOut', size, mask, segment);
};

// Identification, counters, model-specific registers, system management.

export const cpuid = intercepted(Exit.cpuid, trapping('identify'));
/** A call of the hypervisor around the machine. */
export const callHypervisor: Lift = trapping('callHypervisor');
export const rdtsc: Lift = trapping('readTimestamp');
export const rdpmc: Lift = trapping('readPerformanceCounter');
export const rdmsr: Lift = privileged('readModelRegister');
export const wrmsr: Lift = privileged('writeModelRegister');
/** RDRAND. */
export const rdrand: Lift = (b) => b.trap('random', b.field('rm'), b.size(0));
export const rsm = intercepted(Exit.rsm, raising(Vector.invalidOpcode));
