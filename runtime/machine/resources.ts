/** Serial ports of a PC: base and IRQ, which the last two share with the first two. */
export const serialPorts = [
  { name: 'com1', base: 0x3f8, irq: 4, needsOut2: false },
  { name: 'com2', base: 0x2f8, irq: 3, needsOut2: false },
  { name: 'com3', base: 0x3e8, irq: 4, needsOut2: true },
  { name: 'com4', base: 0x2e8, irq: 3, needsOut2: true },
] as const;

/** The stream of a port of the virtio console device. */
export function virtioPortName(n: number): string {
  return `virtio-port${n}`;
}

/** Name of the entropy device among PCI devices. */
export const RNG_NAME = 'virtio-rng';

/** Ports of the sound at the host's door: frames go out by a stream; whether anybody listens comes in. */
export const soundPorts = { frames: 'sound', control: 'sound control' } as const;
/** Frames a second. */
export const DEFAULT_SOUND_RATE = 44_100;

/** The parallel port of a PC: base and IRQ. */
export const parallelPort = { name: 'lpt1', base: 0x378, irq: 7 } as const;

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

/** The stream that a recording leaves the machine by. */
export const RECORDING_PORT = 'recording';
