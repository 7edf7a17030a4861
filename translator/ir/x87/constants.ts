/** FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ, rounded to nearest (Intel SDM vol. 1, 8.3.7; vol. 2, FLD1). */
export const constants: readonly { readonly high: number; readonly low: number; readonly isExact: boolean }[] = [
  number(0x80000000, 0x00000000, 0, true),
  number(0xd49a784b, 0xcd1b8afe, 1, false),
  number(0xb8aa3b29, 0x5c17f0bc, 0, false),
  number(0xc90fdaa2, 0x2168c235, 1, false),
  number(0x9a209a84, 0xfbcff799, -2, false),
  number(0xb17217f7, 0xd1cf79ac, -1, false),
  { high: 0, low: 0, isExact: true },
];

/** The words of a significand of 64 bits, the first bit 2^exponent. */
function number(significandHigh: number, significandLow: number, exponent: number, isExact: boolean) {
  const scale = 2 ** (exponent - 63);
  const upper = significandHigh * 2 ** 32;
  const high = upper + significandLow;
  return { high: high * scale, low: (significandLow - (high - upper)) * scale, isExact };
}
