/** Intel 82371SB (PIIX3) data sheet (290550), 2.2 "PCI configuration registers - PCI to ISA bridge". */
export const Id = { vendorId: 0x8086, deviceId: 0x7000, classCode: 0x060100 } as const;

/** PIRQRC[A:D]: bit 7 disables the route, bits 0-3 are the IRQ. */
export const PIRQ_ROUTE = 0x60;
export const PIRQ_COUNT = 4;
/** The PIRQ (0-3: A-D) of an interrupt pin (1-4: INTA# to INTD#) of a device, as QEMU's board has them. */
export const pirqOf = (device: number, pin: number): number => (device - 1 + (pin - 1)) & 3;
export const Pirq = { disabled: 0x80, irq: 0x0f } as const;

/** IRQs that a PIRQ can be routed to: 3-7, 9-12, 14, 15. */
export const ROUTABLE_IRQS = 0xdef8;

/** Reset control register, 2.5.5. */
export const RESET_PORT = 0xcf9;
export const ResetControl = { hard: 0x02, resetCpu: 0x04 } as const;
