/** The status word, whose parts are in words of their own, and what follows from it (translator/abi/state.ts). */
import { Cr0 } from '../../../translator/abi/control-registers.ts';
import { Double, FpuMode, FpuPrecision, FpuRounding, Word } from '../../../translator/abi/state.ts';
import { add, divide, multiply, squareRoot, subtract } from './arithmetic.ts';
import { Context, Exception, Preventing } from './context.ts';
import type { Extended } from './extended.ts';
import { extendedOf, formats } from './formats.ts';
import { toWords } from './registers.ts';
import { isMiddling, LARGEST_WHOLE, roundTo64Bits, roundToDouble, roundToWhole, wasUp } from './sum-rounding.ts';
import { productOf, rest, sumOf } from './sums.ts';

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

/** An operation whose C1 is wanted: done once more, for the direction in which it rounds. */
type Rounded = (context: Context, left: Extended, right: Extended) => unknown;
const operations: Readonly<Record<number, Rounded>> = {
  [FpuRounding.add]: add,
  [FpuRounding.subtract]: subtract,
  [FpuRounding.multiply]: multiply,
  [FpuRounding.divide]: divide,
  [FpuRounding.squareRoot]: squareRoot,
  [FpuRounding.storeSingle]: formats.single.encode,
  [FpuRounding.storeDouble]: formats.double.encode,
  [FpuRounding.storeInteger]: formats.quadword.encode,
};

const words = new Int32Array(3);
function operand(doubles: Float64Array, index: number): Extended {
  const at = Double.fpuOperand + 2 * index;
  toWords(doubles[at], doubles[at + 1], words, 0);
  return extendedOf(words, 0);
}

/** Bits of FpuMode that tell how the last operation was rounded. */
const HOW = FpuMode.rounding | FpuMode.precision;

/** Operations on doubles whose exact results are sums of two, by their kind at 64 bits. */
const exactly: Readonly<Record<number, (a: number, b: number) => number>> = {
  [FpuRounding.add]: sumOf,
  [FpuRounding.subtract]: (a, b) => sumOf(a, -b),
  [FpuRounding.multiply]: productOf,
};

/** Whether what the operation rounded is known as a sum of doubles, which has been rounded again then (`wasUp`). */
function hasRoundedSum(kind: number, doubles: Float64Array): boolean {
  const [a, aLow, b, bLow] = [0, 1, 2, 3].map((n) => doubles[Double.fpuOperand + n]);
  if (kind === FpuRounding.storeDouble) return roundToDouble(a, aLow);
  if ((kind & FpuRounding.kind) === FpuRounding.storeInteger) {
    const isCovered = Math.abs(a) < LARGEST_WHOLE;
    if (isCovered) roundToWhole(a, aLow, (kind & FpuMode.rounding) >> 10);
    return isCovered;
  }
  const compute = exactly[kind];
  if (compute === undefined || aLow !== 0 || bLow !== 0 || !isMiddling(a) || !isMiddling(b)) return false;
  return roundTo64Bits(compute(a, b), rest[0], 0);
}

/** C1 as the last operation left it. `kind` is of FpuRounding, with the bits of FpuMode that it was rounded by. */
function lastRounding(state: Int32Array, doubles: Float64Array, kind: number): boolean {
  const operation = operations[kind & FpuRounding.kind];
  if (operation === undefined) return false;
  if (hasRoundedSum(kind, doubles)) return wasUp;
  const control = (state[Word.fpuControl] & ~HOW) | ((kind & HOW) ^ FpuMode.precision);
  const context = new Context(control, Preventing.operation);
  operation(context, operand(doubles, 0), operand(doubles, 1));
  return context.roundedUp;
}

/** C0-C3 in their places. */
function conditionsOf(state: Int32Array, doubles: Float64Array): number {
  const kind = state[Word.fpuRounding];
  const conditions = state[Word.fpuConditions];
  if (kind === FpuRounding.settled) return conditions;
  return (conditions & ~Status.c1) | (lastRounding(state, doubles, kind) ? Status.c1 : 0);
}

export function setConditions(state: Int32Array, bits: number): void {
  state[Word.fpuConditions] = bits & Status.conditions;
  state[Word.fpuRounding] = FpuRounding.settled;
}

/** The whole status word. */
export function statusWord(state: Int32Array, doubles: Float64Array): number {
  return state[Word.fpuStatus] | (state[Word.fpuTop] << TOP_SHIFT) | conditionsOf(state, doubles);
}

/** Sets the parts of the status word. ES and B are left to `summarize`. */
export function setStatusWord(state: Int32Array, value: number): void {
  state[Word.fpuStatus] = value & 0xffff & ~(Status.conditions | TOP_MASK);
  state[Word.fpuTop] = (value & TOP_MASK) >> TOP_SHIFT;
  setConditions(state, value);
}

/** ES and B follow from the exception flags and their masks; the result tells whether ES has changed. */
export function summarize(state: Int32Array): boolean {
  const status = state[Word.fpuStatus];
  const pending = (status & ~state[Word.fpuControl] & Exception.all) !== 0;
  state[Word.fpuStatus] = pending ? status | PENDING : status & ~PENDING;
  updateFpuMode(state);
  return ((state[Word.fpuStatus] ^ status) & Status.errorSummary) !== 0;
}

/** Precision control 1 (table 8-2). */
const RESERVED = 0x200;

/** Makes Word.fpuMode right: due after each change of the control word, the exception flags, CR0.EM and CR0.TS. */
export function updateFpuMode(state: Int32Array): void {
  const status = state[Word.fpuStatus];
  const control = state[Word.fpuControl];
  const precision = (control & FpuMode.precision) ^ FpuMode.precision;
  let mode = (control & FpuMode.rounding) | (precision === RESERVED ? FpuPrecision.extended : precision);
  if ((status & Exception.precision) === 0) mode |= FpuMode.inexact;
  if ((status & Status.errorSummary) !== 0 || (state[Word.cr0] & (Cr0.em | Cr0.ts)) !== 0) mode |= FpuMode.blocked;
  state[Word.fpuMode] = mode;
}
