/** FLD1 to FLDZ: constants that the FPU keeps with more than 64 bits and rounds by rounding control (SDM vol. 2, FLD1). */
import { type Extended, one, type Real, zero } from './extended.ts';
import { packExtended, quantize } from './rounding.ts';

/** 128 bits of each. */
export const irrational = {
  log2Of10: { sign: 0, significand: 0xd49a784bcd1b8afe492bf6ff4dafdb4cn, exponent: -126 },
  log2OfE: { sign: 0, significand: 0xb8aa3b295c17f0bbbe87fed0691d3e88n, exponent: -127 },
  pi: { sign: 0, significand: 0xc90fdaa22168c234c4c6628b80dc1cd1n, exponent: -126 },
  log10Of2: { sign: 0, significand: 0x9a209a84fbcff7988f8959ac0b7c9178n, exponent: -129 },
  logEOf2: { sign: 0, significand: 0xb17217f7d1cf79abc9e3b39803f2f6afn, exponent: -128 },
} as const satisfies Record<string, Real>;

/** Gives a constant in the rounding mode; no exception comes of it. */
export type Constant = (rounding: number) => Extended;

const exactly =
  (value: Extended): Constant =>
  () =>
    value;
const rounded =
  (value: Real): Constant =>
  (rounding) =>
    packExtended(quantize(rounding, value, value.exponent + 64));

/** D9 E8 to D9 EE. */
export const constants: readonly Constant[] = [
  exactly(one),
  rounded(irrational.log2Of10),
  rounded(irrational.log2OfE),
  rounded(irrational.pi),
  rounded(irrational.log10Of2),
  rounded(irrational.logEOf2),
  exactly(zero(0)),
];
