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

/** Status of a drive without a command. */
export const READY = Status.ready | Status.seekComplete;

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
