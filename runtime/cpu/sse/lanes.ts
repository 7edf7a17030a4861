/** What the ways to execute real instructions of SSE share: where lanes are, and what the host's own numbers make of them. */
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

/** Of two numbers, or the second alone, without a look at exceptions; of singles the result is still to be rounded. */
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
 * What the exact result is more than `result`, or a number with the sign of that; for operands and results that are zeros, or far from the ends of a
 * double's range.
 */
export type ErrorOf = (x: number, y: number, result: number) => number;

export const errorsOf: Readonly<Record<PlainName, ErrorOf>> = {
  ADD: (x, y, result) => sumError(x, y, result),
  SUB: (x, y, result) => sumError(x, -y, result),
  MUL: (x, y, result) => productError(x, y, result),
  DIV: (x, y, result) => (y < 0 ? -left(x, result, y) : left(x, result, y)),
  SQRT: (_x, y, result) => left(y, result, result),
};

/** What is left of a dividend, or of a square. */
function left(whole: number, quotient: number, divisor: number): number {
  const product = quotient * divisor;
  return whole - product - productError(quotient, divisor, product);
}

/** The smallest normal number. */
export const smallestOf = ({ format }: Encoding): number => 2 ** format.minimumExponent;
