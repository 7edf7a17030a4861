/**
 * 64 / 32 bit division for DIV and IDIV: the dividend is high:low, all values are 32-bit words.
 * The quotients are right only where they fit 32 bits; callers raise #DE otherwise.
 */
export function divideUnsigned(high: number, low: number, divisor: number): number {
  const d = divisor >>> 0;
  if (high === 0) return ((low >>> 0) / d) | 0;
  // Two steps of 16 bits: each partial dividend is below 2^48, so that the double quotient truncates exactly.
  const first = (high >>> 0) * 0x10000 + (low >>> 16);
  const upper = (first / d) >>> 0;
  const second = (first - upper * d) * 0x10000 + (low & 0xffff);
  return (upper << 16) | ((second / d) >>> 0) | 0;
}

/** Quotient rounded towards 0. */
export function divideSigned(high: number, low: number, divisor: number): number {
  if (high === low >> 31) return (low / divisor) | 0;
  const magnitude = divideUnsigned(magnitudeHigh(high, low), high < 0 ? -low | 0 : low, magnitudeOf(divisor));
  return (high ^ divisor) < 0 ? -magnitude | 0 : magnitude;
}

/** 1 if the signed quotient needs more than 32 bits or the divisor is 0, else 0. */
export function divideOverflowSigned(high: number, low: number, divisor: number): number {
  if (high === low >> 31 && divisor !== 0) return divisor === -1 && low === -0x80000000 ? 1 : 0;
  if (magnitudeHigh(high, low) >>> 0 >= magnitudeOf(divisor) >>> 0) return 1;
  const magnitude = divideUnsigned(magnitudeHigh(high, low), high < 0 ? -low | 0 : low, magnitudeOf(divisor)) >>> 0;
  return magnitude > ((high ^ divisor) < 0 ? 0x80000000 : 0x7fffffff) ? 1 : 0;
}

function magnitudeOf(value: number): number {
  return value < 0 ? -value | 0 : value;
}

/** High half of the dividend's magnitude. */
function magnitudeHigh(high: number, low: number): number {
  if (high >= 0) return high;
  return low === 0 ? -high | 0 : ~high;
}
