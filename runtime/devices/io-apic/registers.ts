/** The I/O APIC's two registers in memory (82093AA data sheet, 3.1), and the end of interrupt that later ones have. */
export const MemoryRegister = { select: 0x00, data: 0x10, endOfInterrupt: 0x40 } as const;
export const IO_APIC_BASE = 0xfec00000;

/** Values of the select register (3.2); from `redirection` on there are two for each input. */
export const Index = { id: 0, version: 1, arbitration: 2, redirection: 0x10 } as const;

export const INPUTS = 24;
/** Version 20h: with the end-of-interrupt register. */
export const VERSION = 0x20 | ((INPUTS - 1) << 16);

/** Bits of a redirection entry's low word (3.2.4). */
export const Entry = {
  vector: 0xff,
  modeShift: 8,
  logical: 1 << 11,
  remoteRequest: 1 << 14,
  level: 1 << 15,
  masked: 1 << 16,
  /** Delivery status and remote IRR cannot be written. */
  writable: 0x1afff,
} as const;
