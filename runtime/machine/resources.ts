/** Serial ports of a PC, from the first on: base and IRQ, which the last two share with the first two. */
export const serialPorts = [
  { base: 0x3f8, irq: 4, needsOut2: false },
  { base: 0x2f8, irq: 3, needsOut2: false },
  { base: 0x3e8, irq: 4, needsOut2: true },
  { base: 0x2e8, irq: 3, needsOut2: true },
] as const;

/** Frames a second. */
export const DEFAULT_SOUND_RATE = 44_100;

/** The parallel port of a PC: base and IRQ. */
export const parallelPort = { base: 0x378, irq: 7 } as const;

/** The I/O APIC's input of an IRQ: the timer's is 2, as 0 is the 8259s' on many boards (MADT, interrupt overrides). */
export function ioApicInput(irq: number): number {
  return irq === 0 ? 2 : irq;
}

/** Settings of chips for guests that are started without firmware, which would set them up. */
export const withoutFirmware = {
  /** I/O base of the power management registers. */
  powerBase: 0x600,
  /** I/O base of the SMBus. */
  smbusBase: 0x700,
  /** IRQs of PIRQ A-D. */
  pirqRoutes: [10, 10, 11, 11],
} as const;
