/** Rounding of sums of two doubles (sums.ts): to 64 bits, to whole numbers, to doubles; and how it went, which is to be read before the next one. */
import { double, extended, Rounding, single } from './context.ts';
import { exponentOf } from './sum-functions.ts';
import { rest, sumOf } from './sums.ts';

/** Sums beyond these are left to the exact functions, as their parts might be denormal; 0, infinities and NaNs are beyond them, too. */
const [SMALLEST, LARGEST] = [2 ** -400, 2 ** 400];
export const isMiddling = (value: number): boolean => {
  const size = Math.abs(value);
  return size > SMALLEST && size < LARGEST;
};

/** Errors of what is computed with such numbers are computed without loss. */
export const isMiddlingOrZero = (value: number): boolean => value === 0 || isMiddling(value);

/** Parts of what was last rounded to the places of a format. */
export let roundedHigh = 0;
export let roundedLow = 0;
/** Whether what was last rounded became larger, apart from its sign; and whether it changed at all. */
export let wasUp = false;
export let wasInexact = false;

/** Notes that `value` was rounded, by which something was added to it. */
function note(value: number, added: number): void {
  wasInexact = added !== 0;
  wasUp = added !== 0 && added > 0 === value > 0;
}

const LONG = extended.precision;
/** By precision, what a result's last place is in such units: a power takes longer than to look it up. */
const [LONG_PLACE, DOUBLE_PLACE, SINGLE_PLACE] = [extended, double, single].map(
  (format) => 2 ** (1 - format.precision),
);

/**
 * Rounds a sum that is off by less than `margin`, in units of 2^floor(log2 |high|), to 64, 53 or 24 bits, by rounding control: `roundedHigh` and
 * `roundedLow`. False: it is too near to where the result, or the direction of rounding, is decided. The high part is the double nearest to the sum.
 */
export function roundSum(high: number, low: number, margin: number, precision: number, rounding: number): boolean {
  if (!isMiddling(high)) return false;
  const unit = 2 ** exponentOf(high);
  // The sum must be in the binade of its high part.
  if (Math.abs(high) === unit && low !== 0 && high > 0 === low < 0) return false;
  const isLong = precision === LONG;
  const place = (isLong ? LONG_PLACE : precision === double.precision ? DOUBLE_PLACE : SINGLE_PLACE) * unit;
  const part = isLong ? low : high;
  const below = isLong ? 0 : low;
  const nearest = nearestMultiple(part, precision === double.precision ? 0 : place);
  const lost = part - nearest;
  const result = nearest + correction(lost, below, place, high, rounding);
  note(high, result === part ? -below : result - part);
  roundedHigh = isLong ? high : result;
  roundedLow = isLong ? result : 0;
  const doubtful = Math.abs(isLong ? lost : below);
  return doubtful >= margin * unit && doubtful <= place / 2 - margin * unit && Math.abs(high + roundedLow) < 2 * unit;
}

/** Rounds to 64 bits and to nearest; otherwise as {@link roundSum}. */
export const roundTo64Bits = (high: number, low: number, margin: number): boolean =>
  roundSum(high, low, margin, LONG, Rounding.nearest);

/** The multiple of `place`, or of an even one, that is nearest to a number of fewer than 2^51 places; with a place of 0 the number itself. */
function nearestMultiple(value: number, place: number): number {
  const large = WHOLE * place;
  return value + large - large;
}

/**
 * The correction of the nearest number for a rounding mode. The exact result is `lost`, and the much smaller `below`, beyond it;
 * the result has the sign of `value`.
 */
function correction(lost: number, below: number, place: number, value: number, rounding: number): number {
  if (rounding === Rounding.nearest) {
    const isBeyondHalf = below !== 0 && Math.abs(lost) === place / 2 && below > 0 === lost > 0;
    return isBeyondHalf ? 2 * lost : 0;
  }
  const missing = lost === 0 ? below : lost;
  if (missing === 0) return 0;
  const isMore = missing > 0;
  if (rounding === Rounding.up) return isMore ? place : 0;
  if (rounding === Rounding.down) return isMore ? 0 : -place;
  if (isMore === value > 0) return 0;
  return isMore ? place : -place;
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
  // Rounded this difference has its sign still: it is 0 only for what is halfway.
  const distance = value - (down + 0.5);
  if (distance !== 0 || below !== 0) return distance > 0 || (distance === 0 && below > 0);
  return value + WHOLE - WHOLE > value;
}

/** Rounds a sum to the nearest double; false: it might be denormal. */
export function roundToDouble(high: number, low: number): boolean {
  if (!isMiddling(high)) return false;
  note(sumOf(high, low), 0 - rest[0]!);
  return true;
}
