/** Rounding of sums of two doubles (sums.ts): to 64 bits, to whole numbers, to doubles; and how it went, which is to be read before the next one. */
import { Rounding } from './context.ts';
import { exponentOf } from './sum-functions.ts';
import { rest, sumOf } from './sums.ts';

/** Sums beyond these are left to the exact functions, as their parts might be denormal; 0, infinities and NaNs are beyond them, too. */
const [SMALLEST, LARGEST] = [2 ** -400, 2 ** 400];
export const isMiddling = (value: number): boolean => {
  const size = Math.abs(value);
  return size > SMALLEST && size < LARGEST;
};

/** Low part of what was last rounded to 64 bits. */
export let roundedLow = 0;
/** Whether what was last rounded became larger, apart from its sign; and whether it changed at all. */
export let wasUp = false;
export let wasInexact = false;

/** Notes that `value` was rounded, by which something was added to it. */
function note(value: number, added: number): void {
  wasInexact = added !== 0;
  wasUp = added !== 0 && added > 0 === value > 0;
}

/**
 * Rounds a sum that is off by less than `margin`, in units of 2^floor(log2 |high|), to 64 bits and to nearest: `roundedLow`. False: it is too near to where
 * the result, or the direction of rounding, is decided.
 */
export function roundTo64Bits(high: number, low: number, margin: number): boolean {
  if (!isMiddling(high)) return false;
  const unit = 2 ** exponentOf(high);
  // The sum must be in the binade of its high part.
  if (Math.abs(high) === unit && high > 0 === low < 0) return false;
  const grid = 1.5 * 2 ** -11 * unit;
  roundedLow = low + grid - grid;
  note(high, roundedLow - low);
  const error = Math.abs(roundedLow - low);
  return error >= margin * unit && error <= (2 ** -64 - margin) * unit && Math.abs(high + roundedLow) < 2 * unit;
}

/** Adding and subtracting it rounds numbers below 2^51 to whole ones. */
const WHOLE = 1.5 * 2 ** 52;
/** Whole numbers below this are found. */
export const LARGEST_WHOLE = 2 ** 50;

/** The whole number to which a sum of at most {@link LARGEST_WHOLE} is rounded, by rounding control. */
export function roundToWhole(high: number, low: number, rounding: number): number {
  const value = sumOf(high, low);
  const below = rest[0]!;
  const isNegative = value < 0;
  const down = value === Math.floor(value) && below < 0 ? value - 1 : Math.floor(value);
  const isWhole = value === down && below === 0;
  let whole = down;
  if (!isWhole && roundsUp(value, below, down, isNegative, rounding)) whole = down + 1;
  note(isNegative ? -1 : 1, isWhole ? 0 : whole - down - 0.5);
  return whole === 0 && isNegative ? -0 : whole;
}

/** Whether the next whole number above is taken, not `down`, for a number between both. */
function roundsUp(value: number, below: number, down: number, isNegative: boolean, rounding: number): boolean {
  if (rounding === Rounding.down) return false;
  if (rounding === Rounding.up) return true;
  if (rounding === Rounding.towardZero) return isNegative;
  const distance = value - down - 0.5;
  if (distance !== 0 || below !== 0) return distance > 0 || (distance === 0 && below > 0);
  return value + WHOLE - WHOLE > value;
}

/** Rounds a sum to the nearest double; false: it might be denormal. */
export function roundToDouble(high: number, low: number): boolean {
  if (!isMiddling(high)) return false;
  note(sumOf(high, low), 0 - rest[0]!);
  return true;
}
