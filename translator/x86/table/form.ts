import type { Lift } from '../../lift/lifter.ts';

/**
 * Operand kinds, in the letters of Intel SDM vol. 2, appendix A.2:
 * E register or memory by ModR/M; G register by ModR/M reg; M memory only; R register only (mod = 3);
 * I immediate; J relative target; O absolute offset; S segment register by reg; C/D control/debug register by reg;
 * X string source (DS:ESI); Y string destination (ES:EDI); Z register in the opcode's low bits; A far pointer.
 * Sizes: b byte, w word, d doubleword, q quadword, t ten bytes, v word or doubleword by operand size,
 * z as v for immediates, bs byte sign-extended to the operand size, p far pointer, a pair for BOUND, s descriptor table.
 * Fixed registers and constants stand by their names: AL AX eAX CL DX 1 3 ES CS SS DS FS GS ST0 STi.
 */
export type OperandKind = string;

/** CPUID features that guard forms; 'base' is always there. */
export type Feature = 'base' | 'fpu' | 'tsc' | 'msr' | 'cx8' | 'sep' | 'cmov' | 'fxsr' | 'mmx' | 'sse' | 'sse2';

/** plain: translated; sensitive: ends its block with a trap that the runtime executes; control: ends its block. */
export type FormClass = 'plain' | 'sensitive' | 'control';

/** One row of the instruction table: one instruction form. */
export interface Form {
  /** Position in the table. */
  readonly id: number;
  /** e.g. `00 /r`, `0F B1 /r`, `F7 /4`, `0F C8+r`, `F3 0F 10 /r`. */
  readonly encoding: string;
  readonly mnemonic: string;
  readonly operands: readonly OperandKind[];
  readonly lift: Lift;
  readonly class: FormClass;
  readonly feature: Feature;
  /** LOCK is allowed (with a memory destination). */
  readonly lock: boolean;
  /** Arithmetic flags (Eflags masks) read, written with a defined value, and left undefined. */
  readonly flagsRead: number;
  readonly flagsWritten: number;
  readonly flagsUndefined: number;
  /** A condition code 0-15 for Jcc, SETcc, CMOVcc; an operation number for x87; else 0. */
  readonly argument: number;
}

export interface FormOptions {
  class?: FormClass;
  feature?: Feature;
  lock?: boolean;
  /** Letters of o s z a p c. */
  reads?: string;
  writes?: string;
  undefined?: string;
  argument?: number;
}
