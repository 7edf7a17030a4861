/** Intel 82077AA data sheet (290166), 2.1 "Register set"; offsets from 3F0h. 3F6h is the disk controller's. */
export const BASE = 0x3f0;
export const Register = {
  digitalOutput: 2,
  tapeDrive: 3,
  /** The data rate select register on writes. */
  mainStatus: 4,
  data: 5,
  /** The configuration control register on writes. */
  digitalInput: 7,
} as const;

/** DOR (2.1.3): the selected drive in bits 0-1, motors in bits 4-7. */
export const DigitalOutput = { drive: 0x03, notReset: 0x04, interruptsAndDma: 0x08 } as const;

/** DSR (2.1.5). */
export const DataRateSelect = { rate: 0x03, reset: 0x80 } as const;

/** MSR (2.1.6): seeking drives in bits 0-3. */
export const MainStatus = { busy: 0x10, nonDma: 0x20, toHost: 0x40, request: 0x80 } as const;

/** DIR (2.1.8). */
export const DISK_CHANGED = 0x80;

/** Data rates as DSR and CCR have them, in Kbit/s. */
export const Rate = { k500: 0, k300: 1, k250: 2, m1: 3 } as const;

/** Commands (5.1), without the modifiers of bits 5-7. */
export const Code = {
  readTrack: 0x02,
  specify: 0x03,
  senseDrive: 0x04,
  write: 0x05,
  read: 0x06,
  recalibrate: 0x07,
  senseInterrupt: 0x08,
  writeDeleted: 0x09,
  readId: 0x0a,
  readDeleted: 0x0c,
  format: 0x0d,
  dumpRegisters: 0x0e,
  seek: 0x0f,
  version: 0x10,
  scanEqual: 0x11,
  perpendicular: 0x12,
  configure: 0x13,
  lock: 0x14,
  verify: 0x16,
  scanLowOrEqual: 0x19,
  scanHighOrEqual: 0x1d,
} as const;
export const CODE_MASK = 0x1f;
/** Bits of a command's first byte. */
export const Modifier = { multiTrack: 0x80, skip: 0x20, relative: 0x80, inwards: 0x40, lock: 0x80 } as const;
/** Bits of its second byte. */
export const Unit = { drive: 0x03, head: 0x04, enableCount: 0x80 } as const;

/** ST0 (4.1): the head in bit 2, the drive in bits 0-1. */
export const Status0 = {
  abnormal: 0x40,
  invalid: 0x80,
  readyChanged: 0xc0,
  seekEnd: 0x20,
  equipmentCheck: 0x10,
} as const;
/** ST1 (4.2). */
export const Status1 = {
  endOfCylinder: 0x80,
  dataError: 0x20,
  overrun: 0x10,
  noData: 0x04,
  notWritable: 0x02,
  missingAddressMark: 0x01,
} as const;
/** ST2 (4.3). */
export const Status2 = { controlMark: 0x40, dataError: 0x20, scanEqual: 0x08, scanNotSatisfied: 0x04 } as const;
/** ST3 (4.4): the head in bit 2, the drive in bits 0-1; bits 3 and 5 are always 1. */
export const Status3 = { writeProtected: 0x40, track0: 0x10, always: 0x28 } as const;

/** CONFIGURE (5.2.7): its default has the FIFO off. */
export const Configuration = { impliedSeek: 0x40, fifoOff: 0x20, pollingOff: 0x10, threshold: 0x0f } as const;
/** PERPENDICULAR MODE (5.2.8). */
export const Perpendicular = { overwrite: 0x80, drives: 0x3c, modes: 0x03 } as const;
/** SPECIFY (5.2.5): bit 0 of the second parameter. */
export const NON_DMA = 0x01;

/** The answer to VERSION: an enhanced controller. */
export const VERSION = 0x90;
export const DRIVES = 4;
export const SECTOR_BYTES = 512;
/** The size code of SECTOR_BYTES: 128 bytes times a power of 2. */
export const SIZE_CODE = 2;
