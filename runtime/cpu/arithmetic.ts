import { Eflags, FlagCarry } from '../../translator/abi/state.ts';

/** High half of the unsigned 32 x 32 product. */
export function multiplyHighUnsigned(a: number, b: number): number {
  const high = multiplyHighSigned(a, b);
  return (high + (a < 0 ? b : 0) + (b < 0 ? a : 0)) | 0;
}

/** High half of the signed 32 x 32 product, from products of 16-bit halves. */
export function multiplyHighSigned(a: number, b: number): number {
  const aLow = a & 0xffff;
  const bLow = b & 0xffff;
  const aHigh = a >> 16;
  const bHigh = b >> 16;
  const middle = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const other = Math.imul(aLow, bHigh) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >> 16) + (other >> 16)) | 0;
}

/** The six arithmetic flags of Word.flagResult and Word.flagCarries, as an EFLAGS image (see FlagCarry). */
export function flagsImage(result: number, carries: number): number {
  const overflow = (carries ^ (carries << 1)) < 0 ? Eflags.of : 0;
  const zero = result === 0 ? Eflags.zf : 0;
  const sign = ((result >>> 24) ^ carries) & Eflags.sf;
  const parity = (evenParity(result) ^ carries) & Eflags.pf;
  return (carries >>> 31) | overflow | zero | sign | parity | ((carries & FlagCarry.auxiliary) << 1);
}

/** Eflags.pf if the low byte has an even number of ones, else 0. */
function evenParity(value: number): number {
  const nibble = (value ^ (value >>> 4)) & 0xf;
  return (0x9669 >>> nibble) & 1 ? Eflags.pf : 0;
}

/** A Word.flagResult that, with flagCarriesOf, represents the arithmetic flags of an EFLAGS image. */
export function flagResultOf(image: number): number {
  return image & Eflags.zf ? 0 : 1;
}

/** The Word.flagCarries that goes with flagResultOf. */
export function flagCarriesOf(image: number): number {
  const carry = (image & Eflags.cf) << 31;
  const intoSign = ((image ^ (image >>> 11)) & 1) << 30;
  const parity = (image ^ (image >>> 4)) & Eflags.pf;
  return carry | intoSign | parity | (image & Eflags.sf) | ((image & Eflags.af) >>> 1);
}
