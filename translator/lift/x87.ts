/**
 * x87 instructions. Those of translator/ir/x87/operations.ts are one `x87` statement, which regions execute inline where they
 * can; all others, and what regions leave to handlers, are executed by traps (runtime/cpu/x87).
 * Operations are told apart by the form's argument, the 11-bit opcode of the instruction table.
 */
import { Cr0, Cr4 } from '../abi/control-registers.ts';
import { Exit } from '../abi/exits.ts';
import { Vector } from '../abi/faults.ts';
import { Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { operations } from '../ir/x87/operations.ts';
import { stackIndexOf } from '../x86/instruction.ts';
import { checkNaturalAlignment } from './alignment.ts';
import { intercepted } from './intercept.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { supervisorOnly } from './system.ts';

const hasBits = (b: LiftBuilder, word: number, bits: number): Operand => b.notEqual(b.and(b.get(word), bits), 0);

/** FNENI, FNDISI, FNCLEX, FNINIT, FNSETPM, FNSTENV, FNSTCW, FNSAVE, FNSTSW: these don't wait for pending errors. */
const withoutWaiting = new Set([0x3e0, 0x3e1, 0x3e2, 0x3e3, 0x3e4, 0x130, 0x138, 0x530, 0x538, 0x7e0]);

/** FCMOVcc: condition codes B, E, BE, P and their opposites. */
const moveConditions: Record<number, number> = {
  704: 2,
  712: 4,
  720: 6,
  728: 10,
  960: 3,
  968: 5,
  976: 7,
  984: 11,
};

interface MemoryOperand {
  readonly bytes: number;
  readonly access: 'read' | 'write';
}
const reads = (bytes: number): MemoryOperand => ({ bytes, access: 'read' });
const writes = (bytes: number): MemoryOperand => ({ bytes, access: 'write' });

/** Operands of D9, DB, DD and DF by the reg field; D8, DA, DC and DE are arithmetic with one format each. */
const numberOperands: Record<number, MemoryOperand> = {
  256: reads(4),
  272: writes(4),
  280: writes(4),
  768: reads(4),
  776: writes(4),
  784: writes(4),
  792: writes(4),
  808: reads(10),
  824: writes(10),
  1280: reads(8),
  1288: writes(8),
  1296: writes(8),
  1304: writes(8),
  1792: reads(2),
  1800: writes(2),
  1808: writes(2),
  1816: writes(2),
  1824: reads(10),
  1832: reads(8),
  1840: writes(10),
  1848: writes(8),
};
const arithmeticOperands: Record<number, MemoryOperand> = { 0: reads(4), 2: reads(4), 4: reads(8), 6: reads(2) };

const ENVIRONMENT_ITEMS = 7;
const REGISTER_STACK_BYTES = 80;

/** Operands of the control instructions; environments have items of the operand size. */
const controlOperands: Record<number, (itemBytes: number) => MemoryOperand> = {
  288: (itemBytes) => reads(ENVIRONMENT_ITEMS * itemBytes),
  296: () => reads(2),
  304: (itemBytes) => writes(ENVIRONMENT_ITEMS * itemBytes),
  312: () => writes(2),
  1312: (itemBytes) => reads(ENVIRONMENT_ITEMS * itemBytes + REGISTER_STACK_BYTES),
  1328: (itemBytes) => writes(ENVIRONMENT_ITEMS * itemBytes + REGISTER_STACK_BYTES),
  1336: () => writes(2),
};

/** ModR/M values from here on name registers. */
const REGISTER_FORMS = 0xc0;

export const execute: Lift = (b) => {
  b.escape(!withoutWaiting.has(b.argument));
  if ((b.argument & 0xff) >= REGISTER_FORMS) executeOnRegisters(b);
  else if (b.argument in controlOperands) executeControl(b);
  else executeOnMemory(b);
};

function executeOnRegisters(b: LiftBuilder): void {
  const operation = operations.get(b.argument);
  const code = moveConditions[b.argument];
  const condition = code === undefined ? 0 : b.condition(code);
  const args = [b.argument, stackIndexOf(b.shape), condition, b.field('eip')];
  if (operation === undefined) b.trap('x87Register', ...args);
  else if (operation.kind === 'status') b.setSized(Word.eax, 2, b.x87('x87Status', ...args)!);
  else if (operation.kind === 'compare' && operation.toFlags) compareToFlags(b, b.x87('x87Compare', ...args)!);
  else b.x87('x87Register', ...args);
}

/** A comparison with 0 tells how the operands compared. */
function compareToFlags(b: LiftBuilder, order: Value): void {
  const { real } = b;
  b.flags.afterCompare(real.less(order, 0), real.equal(order, 0), b.equal(real.equal(order, order), 0));
}

/** FOP is the opcode with mod and rm, which the decoder leaves in `immediate`. */
function executeOnMemory(b: LiftBuilder): void {
  const { bytes, access } = numberOperands[b.argument] ?? arithmeticOperands[b.argument >> 8];
  const linear = b.operandAddress(bytes, access);
  checkNaturalAlignment(b, linear, bytes);
  const args = [b.argument, linear, b.effectiveAddress(), b.field('segment'), b.field('immediate'), b.field('eip')];
  if (operations.has(b.argument)) b.x87('x87Memory', ...args);
  else b.trap('x87Memory', ...args);
}

function executeControl(b: LiftBuilder): void {
  const { bytes, access } = controlOperands[b.argument](b.operandSize);
  const args = [b.argument, b.operandAddress(bytes, access), b.operandSize];
  if (operations.has(b.argument)) b.x87('x87Environment', ...args);
  else b.trap('x87Environment', ...args);
}

/** Error summary of the status word is bit 7, CR0.NE bit 5. */
const ERROR_SUMMARY_TO_NE = 2;

/** An unmasked exception is pending and CR0.NE is set; else it has been signaled as an interrupt already. */
function isErrorPending(b: LiftBuilder): Operand {
  const summary = b.shr(b.get(Word.fpuStatus), ERROR_SUMMARY_TO_NE);
  return b.notEqual(b.and(b.and(summary, b.get(Word.cr0)), Cr0.ne), 0);
}

/** WAIT: #NM if CR0.TS and CR0.MP are both set. */
export const wait: Lift = (b) => {
  const both = Cr0.mp | Cr0.ts;
  b.faultIf(b.equal(b.and(b.get(Word.cr0), both), both), Vector.deviceNotAvailable);
  b.faultIf(isErrorPending(b), Vector.x87Error);
};

const FXSAVE_BYTES = 512;

export const fxsave: Lift = (b) => {
  b.escape(false);
  b.trap('fxsave', b.operandAddress(FXSAVE_BYTES, 'write'));
};

export const fxrstor: Lift = (b) => {
  b.escape(false);
  b.trap('fxrstor', b.operandAddress(FXSAVE_BYTES, 'read'));
};

/** #UD unless CR4.OSXSAVE is set. */
function requireXsave(b: LiftBuilder): void {
  b.faultIf(b.equal(b.and(b.get(Word.cr4), Cr4.osxsave), 0), Vector.invalidOpcode);
}

/** The legacy region and the header (Intel SDM vol. 1, 13.4). */
const XSAVE_BYTES = 576;

const extendedState =
  (helper: 'xsave' | 'xrstor', access: 'read' | 'write'): Lift =>
  (b) => {
    requireXsave(b);
    b.faultIf(hasBits(b, Word.cr0, Cr0.ts), Vector.deviceNotAvailable);
    b.trap(helper, b.operandAddress(XSAVE_BYTES, access));
  };
export const xsave: Lift = extendedState('xsave', 'write');
export const xrstor: Lift = extendedState('xrstor', 'read');

/** XCR0 is the only register. */
export const xgetbv: Lift = (b) => {
  requireXsave(b);
  b.faultIf(b.get(Word.ecx), Vector.generalProtection);
  b.set(Word.eax, b.get(Word.xcr0));
  b.set(Word.edx, 0);
};

const setExtendedControl: Lift = (b) => {
  requireXsave(b);
  supervisorOnly(b);
  b.trap('writeExtendedControl');
};

/** Its intercept comes before #GP (AMD64 Architecture Programmer's Manual vol. 2, table 15-7). */
export const xsetbv: Lift = intercepted(Exit.xsetbv, setExtendedControl, requireXsave);

/** #UD if CR0.EM is set or CR4.OSFXSR is not, #NM if CR0.TS is set (Intel SDM vol. 2, table 2-20). */
function requireSse(b: LiftBuilder): void {
  const emulated = hasBits(b, Word.cr0, Cr0.em);
  const disabled = b.equal(b.and(b.get(Word.cr4), Cr4.osfxsr), 0);
  b.faultIf(b.or(emulated, disabled), Vector.invalidOpcode);
  b.faultIf(hasBits(b, Word.cr0, Cr0.ts), Vector.deviceNotAvailable);
}

export const ldmxcsr: Lift = (b) => {
  requireSse(b);
  b.trap('ldmxcsr', b.operandAddress(4, 'read'));
};

export const stmxcsr: Lift = (b) => {
  requireSse(b);
  b.trap('stmxcsr', b.operandAddress(4, 'write'));
};
