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

/** ATA/ATAPI-6 (T13/1410D), 7 "Interface register definitions and descriptions". Offsets in the command block. */
export const Register = {
  data: 0,
  /** Features when written. */
  error: 1,
  /** Interrupt reason in packet commands. */
  sectorCount: 2,
  lbaLow: 3,
  /** With lbaHigh the byte count in packet commands. */
  lbaMid: 4,
  lbaHigh: 5,
  device: 6,
  /** Command when written. */
  status: 7,
} as const;

/** Status (7.15). */
export const Status = {
  error: 0x01,
  dataRequest: 0x08,
  seekComplete: 0x10,
  deviceFault: 0x20,
  ready: 0x40,
  busy: 0x80,
} as const;

/** Error (7.9), as disks have it. */
export const ErrorBit = { abort: 0x04, notFound: 0x10, uncorrectable: 0x40 } as const;

/** Device (7.7). Bits 7 and 5 are obsolete and read as ones. */
export const Device = { head: 0x0f, second: 0x10, lba: 0x40, ones: 0xa0 } as const;

/** Device control (7.8). */
export const Control = { noInterrupts: 0x02, softReset: 0x04, highOrderByte: 0x80 } as const;

/** Commands that the channel itself, or drives of both kinds, know (8). */
export const Command = {
  nop: 0x00,
  deviceReset: 0x08,
  readSectors: 0x20,
  executeDeviceDiagnostic: 0x90,
  packet: 0xa0,
  identifyPacketDevice: 0xa1,
  standbyImmediate: 0xe0,
  idleImmediate: 0xe1,
  standby: 0xe2,
  idle: 0xe3,
  checkPowerMode: 0xe5,
  sleep: 0xe6,
  flushCache: 0xe7,
  identifyDevice: 0xec,
  setFeatures: 0xef,
} as const;

/** Interrupt reason of packet commands (7.12): command or data, and its direction. */
export const Reason = { command: 0x01, toHost: 0x02 } as const;
