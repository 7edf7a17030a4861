/** Exception vectors (Intel SDM vol. 3, table 6-1). */
export const Vector = {
  divideError: 0,
  debug: 1,
  nmi: 2,
  breakpoint: 3,
  overflow: 4,
  boundRange: 5,
  invalidOpcode: 6,
  deviceNotAvailable: 7,
  doubleFault: 8,
  invalidTss: 10,
  segmentNotPresent: 11,
  stackFault: 12,
  generalProtection: 13,
  pageFault: 14,
  x87Error: 16,
  alignmentCheck: 17,
  machineCheck: 18,
  simdError: 19,
  /** #SX of AMD-V (AMD64 Architecture Programmer's Manual vol. 2, 8.2.19). */
  security: 30,
} as const;
