/** Parts that instructions on registers share: operands, the stack, exceptions, results. */
import type { Binary } from './arithmetic.ts';
import { type Compare, Comparison } from './compare.ts';
import { type Context, Preventing } from './context.ts';
import { type Extended, indefinite } from './extended.ts';
import type { Fpu } from './fpu.ts';

/** Executes with ST(i); `condition` is FCMOV's, 0 or 1. The result is that of the trap (execute.ts). */
export type RegisterAction = (fpu: Fpu, index: number, condition: number) => unknown;

/** ST(0) op ST(i), to ST(0) or, popping or not, to ST(i). */
export function binary(operation: Binary, destination: (index: number) => number, pops = 0): RegisterAction {
  return (fpu, index) => {
    const context = fpu.context();
    const result = fpu.holds(context, 0, index) ? operation(context, fpu.read(0), fpu.read(index)) : indefinite;
    fpu.finish(context, () => {
      fpu.write(destination(index), result);
      fpu.pop(pops);
    });
  };
}
export const toTop = (): number => 0;
export const toIndex = (index: number): number => index;

/** ST(0) = operation(ST(0)). */
export function unary(operation: (context: Context, operand: Extended) => Extended): RegisterAction {
  return (fpu) => {
    const context = fpu.context();
    const result = fpu.holds(context, 0) ? operation(context, fpu.read(0)) : indefinite;
    fpu.finish(context, () => fpu.write(0, result));
  };
}

/**
 * Compares ST(0) with an operand and leaves the outcome in the condition codes. Hardware does so also if an unmasked
 * exception keeps it from popping.
 */
export function compareTop(
  fpu: Fpu,
  compare: Compare,
  index: number,
  right: (context: Context) => Extended,
  pops: number,
): void {
  const context = fpu.context();
  const result = fpu.holds(context, 0, index) ? compare(context, fpu.read(0), right(context)) : Comparison.unordered;
  fpu.conditions = result;
  fpu.finish(context, () => fpu.pop(pops));
}

export const comparing =
  (compare: Compare, pops: number): RegisterAction =>
  (fpu, index) =>
    compareTop(fpu, compare, index, () => fpu.read(index), pops);

/** The order of the operands for code that sets EFLAGS by a comparison's outcome: 1, -1, 0, or NaN if they are unordered. */
const orders: Readonly<Record<number, number>> = {
  [Comparison.greater]: 1,
  [Comparison.less]: -1,
  [Comparison.equal]: 0,
  [Comparison.unordered]: Number.NaN,
};

/** FCOMI and its like: the outcome goes to EFLAGS, which is the caller's part. */
export const comparingToFlags =
  (compare: Compare, pops: number): RegisterAction =>
  (fpu, index) => {
    const context = fpu.context();
    const full = fpu.holds(context, 0, index);
    const result = full ? compare(context, fpu.read(0), fpu.read(index)) : Comparison.unordered;
    fpu.finish(context, () => fpu.pop(pops));
    return orders[result];
  };

/** Pushes a value, if there is room. */
export function push(fpu: Fpu, value: (context: Context) => Extended): void {
  const context = fpu.context(Preventing.load);
  const result = fpu.hasRoom(context) ? value(context) : indefinite;
  fpu.finish(context, () => fpu.push(result));
}
