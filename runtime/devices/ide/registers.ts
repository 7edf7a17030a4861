/** Intel 82371SB (PIIX3) data sheet (290550), 2.3 "PCI configuration registers - IDE interface". */
export const Id = { vendorId: 0x8086, deviceId: 0x7010, classCode: 0x010180 } as const;

/** IDETIM, one 16-bit register for each channel (2.3.9): timings, and the enable bit. SIDETIM (2.3.10) of slaves. */
export const TIMING = 0x40;
export const TIMING_ENABLE = 0x8000;
export const SLAVE_TIMING = 0x44;

/** Bus master IDE registers (2.7): base address register, ports of each channel. */
export const BUS_MASTER_BAR = 4;
export const BUS_MASTER_PORTS = 16;
export const CHANNEL_PORTS = 8;

/** Offsets in a channel's bus master ports. */
export const BusMasterRegister = { command: 0, status: 2, table: 4 } as const;

/** BMICX (2.7.1). */
export const BusMasterCommand = { start: 0x01, toMemory: 0x08 } as const;

/** BMISX (2.7.2). Error and interrupt are cleared by writing ones; the two bits of drives can be written. */
export const BusMasterStatus = { active: 0x01, error: 0x02, interrupt: 0x04, drives: 0x60 } as const;

/** An entry of the table of physical regions (2.7.3, "Programming interface for Bus Master IDE Controller" 1.1). */
export const Region = { bytes: 8, last: 0x80000000, mostBytes: 0x10000 } as const;

/** The ports of a legacy channel: command block and control block. */
export const channelPorts = [
  { name: 'ide0', command: 0x1f0, control: 0x3f6, irq: 14 },
  { name: 'ide1', command: 0x170, control: 0x376, irq: 15 },
] as const;
