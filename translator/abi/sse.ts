/** The conditions that decide how SSE instructions are executed (Word.sseMode, Intel SDM vol. 1, 10.2.3). */

/** Bits of Word.sseMode, which follows from CR0, CR4 and MXCSR; 0 if real arithmetic can be done inline. */
export const SseMode = {
  /** CR0.EM, CR0.TS or not CR4.OSFXSR: every instruction raises an exception. */
  blocked: 1 << 0,
  /** Exceptions are not all masked, or results not rounded to nearest. */
  control: 1 << 1,
  /** PE is clear: an inexact result would have to set it. */
  inexact: 1 << 2,
} as const;

/** Bits of MXCSR: those of x87's exception flags, their masks 7 bits up, and these. */
export const Mxcsr = {
  denormalsAreZeros: 1 << 6,
  masks: 0x3f << 7,
  rounding: 3 << 13,
  flushToZero: 1 << 15,
  /** Bits that can be set. */
  defined: 0xffff,
} as const;

const arithmetic = ['ADD', 'MUL', 'SUB', 'MIN', 'DIV', 'MAX', 'SQRT', 'CMP'];

const horizontal = ['HADD', 'HSUB', 'ADDSUB', 'DP'];

/** The instructions that the trap sseReal executes, by the number that it gets. */
export const realInstructions: readonly string[] = [
  ...arithmetic.flatMap((name) => ['PS', 'SS', 'PD', 'SD'].map((format) => name + format)),
  ...horizontal.flatMap((name) => ['PS', 'PD'].map((format) => name + format)),
  ...['PS', 'SS', 'PD', 'SD'].map((format) => `ROUND${format}`),
  ...['COMISS', 'COMISD', 'UCOMISS', 'UCOMISD'],
  ...['CVTPI2PS', 'CVTSI2SS', 'CVTPS2PI', 'CVTTPS2PI', 'CVTSS2SI', 'CVTTSS2SI'],
  ...['CVTPI2PD', 'CVTSI2SD', 'CVTPD2PI', 'CVTTPD2PI', 'CVTSD2SI', 'CVTTSD2SI'],
  ...['CVTPS2PD', 'CVTPD2PS', 'CVTSS2SD', 'CVTSD2SS', 'CVTDQ2PS', 'CVTPS2DQ', 'CVTTPS2DQ'],
  ...['CVTDQ2PD', 'CVTPD2DQ', 'CVTTPD2DQ'],
];
