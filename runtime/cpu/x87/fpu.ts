/** The registers of the x87 FPU and how an operation's exceptions reach them (Intel SDM vol. 1, 8.1). */
import { Word } from '../../../translator/abi/state.ts';
import type { LinearAccess } from '../../memory/access.ts';
import type { CpuModel } from '../model.ts';
import { Context, Exception, Preventing } from './context.ts';
import { type Extended, INTEGER_BIT, isZero, MAXIMUM_EXPONENT } from './extended.ts';

/** What the FPU needs of the CPU. */
export interface FpuCpu {
  readonly state: Int32Array;
  readonly memory: LinearAccess;
  readonly model: Pick<CpuModel, 'features'>;
  /** FERR#: an unmasked exception is pending (true) or no longer so; with CR0.NE = 0 it is IRQ 13 of a PC. */
  fpuErrorLine?(active: boolean): void;
}

/** Bits of the status word beside the exception flags (figure 8-4). */
export const Status = {
  errorSummary: 0x80,
  c0: 0x100,
  c1: 0x200,
  c2: 0x400,
  c3: 0x4000,
  conditions: 0x4700,
  busy: 0x8000,
} as const;
const TOP_SHIFT = 11;
const TOP_MASK = 7 << TOP_SHIFT;
const PENDING = Status.errorSummary | Status.busy;

/** Tags (figure 8-7). In Word.fpuTag a register is only `empty` or not (`valid`); FSTENV tells the others apart. */
export const Tag = { valid: 0, zero: 1, special: 2, empty: 3 } as const;
const ALL_EMPTY = 0xffff;
/** Control word after FNINIT: everything masked, 64 bits, round to nearest. */
const INITIAL_CONTROL = 0x37f;
/** Bits of the control word that can be changed; bit 6 reads as 1. */
const CONTROL_MASK = 0x1f3f;
const CONTROL_ONES = 0x40;

/** The FPU of a CPU: a view of its state, which holds nothing itself. Registers are counted from the top of stack. */
export class Fpu {
  readonly cpu: FpuCpu;
  readonly state: Int32Array;

  constructor(cpu: FpuCpu) {
    this.cpu = cpu;
    this.state = cpu.state;
  }

  get control(): number {
    return this.state[Word.fpuControl];
  }

  set control(value: number) {
    this.state[Word.fpuControl] = (value & CONTROL_MASK) | CONTROL_ONES;
    this.summarize();
  }

  get status(): number {
    return this.state[Word.fpuStatus];
  }

  set status(value: number) {
    this.state[Word.fpuStatus] = value & 0xffff;
    this.summarize();
  }

  get top(): number {
    return (this.status & TOP_MASK) >> TOP_SHIFT;
  }

  set top(value: number) {
    this.state[Word.fpuStatus] = (this.status & ~TOP_MASK) | ((value & 7) << TOP_SHIFT);
  }

  /** C0-C3, as they stand in the status word. */
  set conditions(bits: number) {
    this.state[Word.fpuStatus] = (this.status & ~Status.conditions) | (bits & Status.conditions);
  }

  setC1(value: boolean): void {
    this.state[Word.fpuStatus] = (this.status & ~Status.c1) | (value ? Status.c1 : 0);
  }

  /** ES and B follow from the flags and their masks; FERR# follows ES. */
  private summarize(): void {
    const { status } = this;
    const pending = (status & ~this.control & Exception.all) !== 0;
    const summarized = pending ? status | PENDING : status & ~PENDING;
    this.state[Word.fpuStatus] = summarized;
    if (((summarized ^ status) & Status.errorSummary) !== 0) this.cpu.fpuErrorLine?.(pending);
  }

  initialize(): void {
    this.control = INITIAL_CONTROL;
    this.status = 0;
    this.state[Word.fpuTag] = ALL_EMPTY;
    this.state.fill(0, Word.fpuOpcode, Word.fpuDataSelector + 1);
  }

  // The register stack.

  private physical(index: number): number {
    return (this.top + index) & 7;
  }

  isEmpty(index: number): boolean {
    return ((this.state[Word.fpuTag] >> (2 * this.physical(index))) & 3) === Tag.empty;
  }

  private setTag(index: number, tag: number): void {
    const shift = 2 * this.physical(index);
    this.state[Word.fpuTag] = (this.state[Word.fpuTag] & ~(3 << shift)) | (tag << shift);
  }

  free(index: number): void {
    this.setTag(index, Tag.empty);
  }

  read(index: number): Extended {
    return this.readPhysical(this.physical(index));
  }

  readPhysical(register: number): Extended {
    const word = Word.fpuRegister + register * 4;
    const high = this.state[word + 2];
    const significand = BigInt.asUintN(64, (BigInt(this.state[word + 1]) << 32n) | BigInt(this.state[word] >>> 0));
    return { sign: (high >> 15) & 1, exponent: high & 0x7fff, significand };
  }

  write(index: number, value: Extended): void {
    this.writePhysical(this.physical(index), value);
    this.setTag(index, Tag.valid);
  }

  writePhysical(register: number, value: Extended): void {
    const word = Word.fpuRegister + register * 4;
    this.state[word] = Number(value.significand & 0xffffffffn);
    this.state[word + 1] = Number(value.significand >> 32n);
    this.state[word + 2] = (value.sign << 15) | value.exponent;
  }

  push(value: Extended): void {
    this.top -= 1;
    this.write(0, value);
  }

  pop(times = 1): void {
    for (let i = 0; i < times; i++) {
      this.free(0);
      this.top += 1;
    }
  }

  /** Tag of a physical register as FSTENV shows it. */
  tagOf(register: number): number {
    const tag = (this.state[Word.fpuTag] >> (2 * register)) & 3;
    if (tag === Tag.empty) return tag;
    const value = this.readPhysical(register);
    if (isZero(value)) return Tag.zero;
    const normal = value.exponent !== 0 && value.exponent !== MAXIMUM_EXPONENT && value.significand >= INTEGER_BIT;
    return normal ? Tag.valid : Tag.special;
  }

  // An operation: context, operands, result.

  context(preventing: number = Preventing.operation): Context {
    return new Context(this.control, preventing);
  }

  /** Whether none of the registers is empty; if one is, a stack underflow has been noted. */
  holds(context: Context, ...indices: number[]): boolean {
    if (!indices.some((index) => this.isEmpty(index))) return true;
    context.raise(Exception.stackFault | Exception.invalid);
    return false;
  }

  /** Whether a register can be pushed; if not, a stack overflow has been noted. */
  hasRoom(context: Context): boolean {
    if (this.isEmpty(-1)) return true;
    context.raise(Exception.stackFault | Exception.invalid);
    context.overflowed = true;
    return false;
  }

  /** Reports the operation's exceptions, and lets it take effect if they don't prevent it. */
  finish(context: Context, takeEffect: () => void): void {
    this.setC1(context.c1);
    if (!context.prevented) takeEffect();
    this.status |= context.reported;
  }
}
