/**
 * Universal Host Controller Interface (UHCI) Design Guide, revision 1.1: chapter 2 for registers, chapter 3 for what is in
 * memory. PCI: Intel 82371SB (PIIX3) data sheet, 2.4 "USB host controller PCI configuration registers".
 */
export const Pci = { vendorId: 0x8086, deviceId: 0x7020, revision: 0x01, classCode: 0x0c0300 } as const;
/** Where the release of the bus is told, 1.0; the legacy support register, of which only the interrupt's bit has a meaning. */
export const [RELEASE_REGISTER, RELEASE] = [0x60, 0x10];
export const [LEGACY_REGISTER, LEGACY_INITIAL, LEGACY_WRITABLE] = [0xc0, 0x2000, 0x20bf];
export const IO_PORTS = 0x20;

export const Register = {
  command: 0x00,
  status: 0x02,
  interruptEnable: 0x04,
  frame: 0x06,
  listLow: 0x08,
  listHigh: 0x0a,
  startOfFrame: 0x0c,
  firstPort: 0x10,
} as const;

export const Command = {
  run: 0x01,
  hostReset: 0x02,
  globalReset: 0x04,
  globalSuspend: 0x08,
  forceResume: 0x10,
  kept: 0xff,
} as const;

export const Status = {
  interrupt: 0x01,
  error: 0x02,
  resume: 0x04,
  systemError: 0x08,
  processError: 0x10,
  halted: 0x20,
  clearable: 0x1f,
} as const;

/** Bits of the interrupt enable register; errors of the controller itself interrupt in any case. */
export const Enable = { timeout: 0x1, resume: 0x2, complete: 0x4, shortPacket: 0x8, kept: 0xf } as const;

export const FRAME_MASK = 0x7ff;
/** Entries of the frame list, each a link pointer. */
export const LIST_ENTRIES = 1024;
export const LIST_MASK = 0xfffff000;
export const START_OF_FRAME = 0x40;

export const PORTS = 2;
export const Port = {
  connected: 0x0001,
  connectChanged: 0x0002,
  enabled: 0x0004,
  enableChanged: 0x0008,
  /** The line status of an idle device of full speed: D+ is high. */
  idle: 0x0010,
  resume: 0x0040,
  always: 0x0080,
  reset: 0x0200,
  suspended: 0x1000,
  clearable: 0x000a,
  writable: 0x1244,
} as const;

/** Link pointers: of the frame list, of queue heads and of transfer descriptors. */
export const Link = { end: 1, queue: 2, depthFirst: 4, addressMask: 0xfffffff0 } as const;

/** The second word of a transfer descriptor (3.2.2). */
export const Control = {
  lengthMask: 0x7ff,
  timeout: 1 << 18,
  nak: 1 << 19,
  babble: 1 << 20,
  stalled: 1 << 22,
  active: 1 << 23,
  interrupt: 1 << 24,
  isochronous: 1 << 25,
  errorsShift: 27,
  errorsMask: 3 << 27,
  shortDetect: 1 << 29,
} as const;

/** Bytes of a packet at most: longer ones are a mistake of the schedule's (3.2.3). */
export const MOST_LENGTH = 0x500;

/** Nanoseconds of a frame. */
export const FRAME_TIME = 1_000_000;
