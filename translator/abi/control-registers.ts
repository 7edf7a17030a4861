/** CR0 bits (Intel SDM vol. 3, 2.5). */
export const Cr0 = {
  pe: 1 << 0,
  mp: 1 << 1,
  em: 1 << 2,
  ts: 1 << 3,
  et: 1 << 4,
  ne: 1 << 5,
  wp: 1 << 16,
  am: 1 << 18,
  nw: 1 << 29,
  cd: 1 << 30,
  pg: 1 << 31,
} as const;

/** CR4 bits (Intel SDM vol. 3, 2.5). */
export const Cr4 = {
  vme: 1 << 0,
  pvi: 1 << 1,
  tsd: 1 << 2,
  de: 1 << 3,
  pse: 1 << 4,
  pae: 1 << 5,
  mce: 1 << 6,
  pge: 1 << 7,
  pce: 1 << 8,
  osfxsr: 1 << 9,
  osxmmexcpt: 1 << 10,
  osxsave: 1 << 18,
} as const;

/** Bits of XCR0: the parts of the state that XSAVE manages (Intel SDM vol. 1, 13.3). */
export const Xcr0 = { x87: 1 << 0, sse: 1 << 1 } as const;

/** Bits of the MSR IA32_EFER (Intel SDM vol. 3, 2.2.1). */
export const Efer = { nxe: 1 << 11, svme: 1 << 12 } as const;
