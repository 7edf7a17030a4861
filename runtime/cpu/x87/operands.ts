/** Checks before the arithmetic proper: some operands, such as NaNs and infinities, decide the result alone. */
import { type Context, Exception } from './context.ts';
import { type Extended, indefinite, isDenormal, isNan, isSignaling, isUnsupported, quiet } from './extended.ts';

/** The masked response to an invalid operation. */
export function invalid(context: Context): Extended {
  context.raise(Exception.invalid);
  return indefinite;
}

/** The result if an operand is unsupported or a NaN (Intel SDM vol. 1, table 4-7 and 8.5.1.2), else undefined. */
export function specialResult(context: Context, ...operands: Extended[]): Extended | undefined {
  if (operands.some(isUnsupported)) return invalid(context);
  if (operands.some(isSignaling)) context.raise(Exception.invalid);
  const nans = operands.filter(isNan);
  return nans.length > 0 ? propagate(nans) : undefined;
}

/** To be called when nothing is invalid and nothing divided by zero: those come first (8.6). */
export function noteDenormals(context: Context, ...operands: Extended[]): void {
  if (context.denormalSource || operands.some(isDenormal)) context.raise(Exception.denormal);
}

/** A QNaN wins over an SNaN, then the larger significand, then the positive one. */
function propagate(nans: readonly Extended[]): Extended {
  const quietOnes = nans.filter((x) => !isSignaling(x));
  const candidates = quietOnes.length > 0 ? quietOnes : nans;
  return quiet(candidates.reduce((best, x) => (outranks(x, best) ? x : best)));
}

function outranks(x: Extended, y: Extended): boolean {
  if (x.significand !== y.significand) return x.significand > y.significand;
  return x.sign < y.sign;
}
