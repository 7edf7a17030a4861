/** The registers of the x87 FPU and how an operation's exceptions reach them (Intel SDM vol. 1, 8.1). */
import { Double, Word } from '../../../translator/abi/state.ts';
import type { CpuModel } from '../model.ts';
import { Context, Exception, Preventing } from './context.ts';
import { type Extended, INTEGER_BIT, isZero, MAXIMUM_EXPONENT } from './extended.ts';
import { extendedOf, putExtended } from './formats.ts';
import type { ImageMemory } from './image.ts';
import { fillRegister, spillRegister } from './registers.ts';
import { Status, setConditions, setStatusWord, statusWord, summarize } from './status.ts';

/** The parts of the CPU that the FPU needs. */
export interface FpuCpu {
  readonly state: Int32Array;
  readonly doubles: Float64Array;
  readonly memory: ImageMemory;
  readonly model: Pick<CpuModel, 'features'>;
  /** FERR#: an unmasked exception is pending (true) or no longer so; with CR0.NE = 0 it is IRQ 13 of a PC. */
  fpuErrorLine?(active: boolean): void;
}

/** Tags (figure 8-7). In Word.fpuTag a register is only `empty` or not (`valid`); FSTENV tells the others apart. */
export const Tag = { valid: 0, zero: 1, special: 2, empty: 3 } as const;
export const ALL_EMPTY = 0xffff;
/** Control word after FNINIT: everything masked, 64 bits, round to nearest. */
const INITIAL_CONTROL = 0x37f;
/** Bits of the control word that can be changed; bit 6 reads as 1. */
const CONTROL_MASK = 0x1f3f;
const CONTROL_ONES = 0x40;

/** A number that is kept as a sum of doubles is normal, if it is not 0 or infinite. */
function tagOfSum(high: number): number {
  if (high === 0) return Tag.zero;
  return Number.isFinite(high) ? Tag.valid : Tag.special;
}

/** The FPU of a CPU: a view of its state, which holds nothing itself. Registers are counted from the top of stack. */
export class Fpu {
  readonly cpu: FpuCpu;
  readonly state: Int32Array;
  readonly #doubles: Float64Array;

  constructor(cpu: FpuCpu) {
    this.cpu = cpu;
    this.state = cpu.state;
    this.#doubles = cpu.doubles;
  }

  get control(): number {
    return this.state[Word.fpuControl];
  }

  set control(value: number) {
    this.state[Word.fpuControl] = (value & CONTROL_MASK) | CONTROL_ONES;
    this.#summarize();
  }

  /** Rounding control. */
  get rounding(): number {
    return (this.state[Word.fpuControl] >> 10) & 3;
  }

  get status(): number {
    return statusWord(this.state, this.#doubles);
  }

  set status(value: number) {
    setStatusWord(this.state, value);
    this.#summarize();
  }

  get top(): number {
    return this.state[Word.fpuTop];
  }

  set top(value: number) {
    this.state[Word.fpuTop] = value & 7;
  }

  /** C0-C3, as they stand in the status word. */
  set conditions(bits: number) {
    setConditions(this.state, bits);
  }

  setC1(value: boolean): void {
    setConditions(this.state, (this.state[Word.fpuConditions] & ~Status.c1) | (value ? Status.c1 : 0));
  }

  /** FERR# follows ES. */
  #summarize(): void {
    if (summarize(this.state)) this.cpu.fpuErrorLine?.((this.state[Word.fpuStatus] & Status.errorSummary) !== 0);
  }

  initialize(): void {
    this.control = INITIAL_CONTROL;
    this.status = 0;
    this.state[Word.fpuTag] = ALL_EMPTY;
    this.state.fill(0, Word.fpuOpcode, Word.fpuDataSelector + 1);
  }

  // The register stack.

  #physical(index: number): number {
    return (this.top + index) & 7;
  }

  isEmpty(index: number): boolean {
    return ((this.state[Word.fpuTag] >> (2 * this.#physical(index))) & 3) === Tag.empty;
  }

  #setTag(index: number, tag: number): void {
    const shift = 2 * this.#physical(index);
    this.state[Word.fpuTag] = (this.state[Word.fpuTag] & ~(3 << shift)) | (tag << shift);
  }

  free(index: number): void {
    this.#setTag(index, Tag.empty);
  }

  read(index: number): Extended {
    return this.readPhysical(this.#physical(index));
  }

  readPhysical(register: number): Extended {
    spillRegister(this.state, this.#doubles, register);
    return extendedOf(this.state, Word.fpuRegister + register * 4);
  }

  write(index: number, value: Extended): void {
    this.writePhysical(this.#physical(index), value);
    this.#setTag(index, Tag.valid);
  }

  writePhysical(register: number, value: Extended): void {
    putExtended(value, this.state, Word.fpuRegister + register * 4);
    fillRegister(this.state, this.#doubles, register);
  }

  /** High part of a register as a sum of two doubles; NaN: it is kept as 80 bits, or is a NaN. */
  high(index: number): number {
    return this.#doubles[Double.fpuHigh + this.#physical(index)];
  }

  /** The low part, if the high one is no NaN. */
  low(index: number): number {
    return this.#doubles[Double.fpuLow + this.#physical(index)];
  }

  /** Gives a register a value of 64 bits as such a sum. */
  writeSum(index: number, high: number, low: number): void {
    const register = this.#physical(index);
    this.#doubles[Double.fpuHigh + register] = high;
    this.#doubles[Double.fpuLow + register] = low;
    this.#setTag(index, Tag.valid);
  }

  pushSum(high: number, low: number): void {
    this.top -= 1;
    this.writeSum(0, high, low);
  }

  /** A result was inexact, and that is masked. C1 tells whether it was rounded away from zero; of the other conditions those of `kept` stay. */
  setInexact(kept: number, up: boolean): void {
    setConditions(this.state, (this.state[Word.fpuConditions] & kept) | (up ? Status.c1 : 0));
    if ((this.state[Word.fpuStatus] & Exception.precision) !== 0) return;
    this.state[Word.fpuStatus] |= Exception.precision;
    this.#summarize();
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
    const high = this.#doubles[Double.fpuHigh + register];
    if (!Number.isNaN(high)) return tagOfSum(high);
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
    this.state[Word.fpuStatus] |= context.reported;
    this.#summarize();
  }
}
