/**
 * Parts that the ways to execute real instructions of SSE share: the places of lanes, and their values as the host's own numbers.
 */
import { productError, sumError } from '../x87/sums.ts';
import { doubles, type Encoding, singles } from './number.ts';

/** Where an instruction's operands are: state words, but the source may be at a linear address. */
export interface Operands {
  readonly destination: number;
  readonly source: number;
  readonly inMemory: boolean;
  readonly immediate: number;
  /** Words of the source that were loaded from memory, where a device may be: each is loaded once. */
  readonly loaded: readonly number[];
}

/** Lanes of the instructions whose names end so. */
export const formats: Readonly<Record<string, readonly [Encoding, number]>> = {
  PS: [singles, 4],
  SS: [singles, 1],
  PD: [doubles, 2],
  SD: [doubles, 1],
};

/** An operation on two numbers, or on the second alone, that ignores exceptions; results of singles are still to be rounded. */
export type PlainOperation = (x: number, y: number) => number;

export const plainOperations = {
  ADD: (x, y) => x + y,
  SUB: (x, y) => x - y,
  MUL: (x, y) => x * y,
  DIV: (x, y) => x / y,
  SQRT: (_x, y) => Math.sqrt(y),
} as const satisfies Record<string, PlainOperation>;

export type PlainName = keyof typeof plainOperations;

/**
 * The difference of the exact result to `result`, or a number with that sign; for operands and results that are zeros, or far
 * from the ends of a double's range.
 */
export type ErrorOf = (x: number, y: number, result: number) => number;

export const errorsOf: Readonly<Record<PlainName, ErrorOf>> = {
  ADD: (x, y, result) => sumError(x, y, result),
  SUB: (x, y, result) => sumError(x, -y, result),
  MUL: (x, y, result) => productError(x, y, result),
  DIV: (x, y, result) => (y < 0 ? -left(x, result, y) : left(x, result, y)),
  SQRT: (_x, y, result) => left(y, result, result),
};

/** The remainder of a division, or of a square root. */
function left(whole: number, quotient: number, divisor: number): number {
  const product = quotient * divisor;
  return whole - product - productError(quotient, divisor, product);
}

/** The smallest normal number. */
export const smallestOf = ({ format }: Encoding): number => 2 ** format.minimumExponent;
