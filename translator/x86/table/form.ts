import { Eflags } from '../../abi/state.ts';
import type { Lift } from '../../lift/lifter.ts';
import type { FeaturesThat } from '../features.ts';

/**
 * Operand kinds, in the letters of Intel SDM vol. 2, appendix A.2:
 * E register or memory by ModR/M; G register by ModR/M reg; M memory only; R register only, by ModR/M rm (Rd whatever mod says);
 * I immediate; J relative target; O absolute offset; S segment register by reg; C/D control/debug register by reg;
 * X string source (DS:ESI); Y string destination (ES:EDI); B table element (DS:EBX + AL);
 * Z register in the opcode's low bits; A far pointer; V XMM register by reg, W XMM register or memory by ModR/M, U XMM register
 * only, by rm; P, Q and N the same of MMX registers; B also a store at DS:EDI (Bdi).
 * Sizes: b byte, w word, d doubleword, q quadword, v word or doubleword by operand size, wv word in memory but v in a
 * register, z as v for immediates, bs byte sign-extended to the operand size, p far pointer, a pair for BOUND,
 * db and dw byte and word in memory, but doubleword in a register, dq 16 bytes, ps pd 16 bytes of reals, ss sd one real;
 * s descriptor table (limit and base), none where nothing is accessed.
 * Sizes of x87 operands: fs fd ft single, double and extended real; iw id iq integers; bcd packed decimal; env
 * environment; state the whole state; fx the FXSAVE area, xs that of XSAVE.
 * Fixed registers and constants stand by their names: AL AX eAX CL DX 1 3 ES CS SS DS FS GS ST0 STi.
 */
export type OperandKind = string;

/** CPUID features that guard forms; 'base' is always there. */
export type Feature = 'base' | FeaturesThat<'instructions' | 'optional'>;

/**
 * plain: translated; sensitive: ends its block, most with a trap that the runtime executes; control: ends its block;
 * escape: x87, translated for the usual operands and executed by the runtime for others.
 */
export type FormClass = 'plain' | 'sensitive' | 'control' | 'escape';

/**
 * Where control goes after an instruction.
 * next: to the next instruction. string: the same, and with a repeat prefix to itself until it is done.
 * jump: to its relative target. branch: there or to the next instruction. call: to a function at its relative target, which comes back.
 * indirectJump, indirectCall: the same to an address that is computed. return: to the address on the stack.
 * farCall, interrupt: where the lifter has it as a call (lift/far.ts), that comes back too; elsewhere as `away`.
 * away: to where only the runtime or another segment knows.
 */
export type Flow =
  | 'next'
  | 'string'
  | 'jump'
  | 'branch'
  | 'call'
  | 'indirectJump'
  | 'indirectCall'
  | 'return'
  | 'farCall'
  | 'interrupt'
  | 'away';

/** One row of the instruction table: one instruction form. */
export interface Form {
  /** Position in the table. */
  readonly id: number;
  /** e.g. `00 /r`, `0F B1 /r`, `F7 /4`, `0F C8+r`, `F3 0F 10 /r`; see encoding.ts. */
  readonly encoding: string;
  /** In capitals; for a 32-bit operand (address, for JECXZ) where the name depends on the size. */
  readonly mnemonic: string;
  /** The name for a 16-bit operand (address, for JCXZ): mostly the same. */
  readonly mnemonic16: string;
  readonly operands: readonly OperandKind[];
  readonly lift: Lift;
  readonly class: FormClass;
  readonly flow: Flow;
  readonly feature: Feature;
  /** LOCK is allowed (with a memory destination). */
  readonly lock: boolean;
  /** Arithmetic flags (Eflags masks) read, written with a defined value, and left undefined. */
  readonly flagsRead: number;
  readonly flagsWritten: number;
  readonly flagsUndefined: number;
  /**
   * A condition code 0-15 for Jcc, SETcc, CMOVcc; a segment number for PUSH and POP of segment registers and for LDS
   * and its like; for x87 the 11-bit opcode (low 3 bits of the first byte, then ModR/M) with the bits that vary 0,
   * mod being 0 for memory forms; else 0.
   */
  readonly argument: number;
}

/** A form before it has its place in the table. */
export type FormRow = Omit<Form, 'id'>;

export interface FormOptions {
  class?: FormClass;
  flow?: Flow;
  feature?: Feature;
  lock?: boolean;
  /** Letters of o s z a p c. */
  reads?: string;
  writes?: string;
  undefined?: string;
  argument?: number;
}

const flagLetters: Record<string, number> = {
  o: Eflags.of,
  s: Eflags.sf,
  z: Eflags.zf,
  a: Eflags.af,
  p: Eflags.pf,
  c: Eflags.cf,
};

function flagMask(letters = ''): number {
  let mask = 0;
  for (const letter of letters) mask |= flagLetters[letter]!;
  return mask;
}

/**
 * One row. The text is the mnemonic (two with a slash between them where the name depends on the size, 16 bits first),
 * then the operand kinds with commas between them.
 */
export function form(encoding: string, text: string, lift: Lift, options: FormOptions = {}): FormRow {
  const [names, operands] = text.split(' ');
  const [mnemonic16, mnemonic = mnemonic16] = names!.split('/');
  return {
    encoding,
    mnemonic: mnemonic!,
    mnemonic16: mnemonic16!,
    operands: operands === undefined ? [] : operands.split(','),
    lift,
    class: options.class ?? 'plain',
    flow: options.flow ?? 'next',
    feature: options.feature ?? 'base',
    lock: options.lock ?? false,
    flagsRead: flagMask(options.reads),
    flagsWritten: flagMask(options.writes),
    flagsUndefined: flagMask(options.undefined),
    argument: options.argument ?? 0,
  };
}

/** Condition codes in the order of their encodings (Intel SDM vol. 2, appendix B.1.4.7), with the flags they test. */
export const conditions: readonly { readonly name: string; readonly reads: string }[] = [
  { name: 'O', reads: 'o' },
  { name: 'NO', reads: 'o' },
  { name: 'B', reads: 'c' },
  { name: 'AE', reads: 'c' },
  { name: 'E', reads: 'z' },
  { name: 'NE', reads: 'z' },
  { name: 'BE', reads: 'zc' },
  { name: 'A', reads: 'zc' },
  { name: 'S', reads: 's' },
  { name: 'NS', reads: 's' },
  { name: 'P', reads: 'p' },
  { name: 'NP', reads: 'p' },
  { name: 'L', reads: 'so' },
  { name: 'GE', reads: 'so' },
  { name: 'LE', reads: 'soz' },
  { name: 'G', reads: 'soz' },
];

/** An opcode's bytes as an encoding writes them: `hex(0x0f40 + 4)` is `0F 44`. */
export function hex(opcode: number): string {
  const digits = opcode.toString(16).toUpperCase();
  return digits
    .padStart(digits.length + (digits.length & 1), '0')
    .match(/../g)!
    .join(' ');
}
