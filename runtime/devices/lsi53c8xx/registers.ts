/** LSI's SCSI controllers 53C810 and 53C895A (LSI53C895A PCI to Ultra2 SCSI Controller, Technical Manual 2.2, chapter 4). */

/** PCI identification, as QEMU has it; the device's number is the model's. */
export const Id = {
  vendorId: 0x1000,
  subsystemVendorId: 0,
  subsystemId: 0x1000,
  revision: 0,
  classCode: 0x010000,
} as const;
export const LATENCY = 0xff;

/** Bytes of the register block, which is seen four times in memory, and of the RAM for SCRIPTS. */
export const REGISTER_BYTES = 0x100;
export const MEMORY_BYTES = 0x400;
export const RAM_BYTES = 0x2000;

/** Registers by their offsets; those from `addresses` on have 32 bits. */
export const Register = {
  control0: 0x00,
  control1: 0x01,
  control2: 0x02,
  control3: 0x03,
  chipId: 0x04,
  transfer: 0x05,
  destination: 0x06,
  pins: 0x07,
  firstByte: 0x08,
  outputControl: 0x09,
  selector: 0x0a,
  busControl: 0x0b,
  dmaStatus: 0x0c,
  status0: 0x0d,
  status1: 0x0e,
  status2: 0x0f,
  /** DSA. */
  structure: 0x10,
  interrupts: 0x14,
  running: 0x15,
  mailbox0: 0x16,
  mailbox1: 0x17,
  test0: 0x18,
  test2: 0x1a,
  test3: 0x1b,
  /** TEMP. */
  returnAddress: 0x1c,
  test4: 0x21,
  test5: 0x22,
  test6: 0x23,
  byteCount: 0x24,
  command: 0x27,
  nextAddress: 0x28,
  /** DSP and DSPS. */
  script: 0x2c,
  operand: 0x30,
  scratchA: 0x34,
  dmaMode: 0x38,
  dmaEnable: 0x39,
  dmaControl: 0x3b,
  adder: 0x3c,
  enable0: 0x40,
  enable1: 0x41,
  reason0: 0x42,
  reason1: 0x43,
  memoryAccess: 0x46,
  pinControl: 0x47,
  timer0: 0x48,
  timer1: 0x49,
  response0: 0x4a,
  response1: 0x4b,
  test1: 0x4d,
  busTest2: 0x4e,
  busTest3: 0x4f,
  inputLatch: 0x50,
  busMode: 0x52,
  chipControl0: 0x56,
  chipControl1: 0x57,
  busData: 0x58,
  scratchB: 0x5c,
  scratchC: 0x60,
  /** Upper halves of addresses: MMRS, and five more. */
  selectors: 0xa0,
  directHigh: 0xb4,
  nextHigh: 0xb8,
  mismatch1: 0xc0,
  mismatch2: 0xc4,
  remaining: 0xc8,
  updated: 0xcc,
  instruction: 0xd4,
  moved: 0xd8,
  movedInAll: 0xdc,
} as const;

export const Control1 = { startSequence: 0x01, reset: 0x08, connected: 0x10 } as const;
/** Bits that only the chip sets. */
export const CONTROL2_STICKY = 0x09;
export const OutputControl = { attention: 0x08 } as const;
export const BusControl = { phase: 0x07, attention: 0x08, busy: 0x20, acknowledge: 0x40, request: 0x80 } as const;
export const DmaStatus = { illegal: 0x01, script: 0x04, step: 0x08, aborted: 0x10, fifoEmpty: 0x80 } as const;
export const Status0 = { reset: 0x02, wonArbitration: 0x04 } as const;
export const LAST_DISCONNECT = 0x02;
export const Interrupts = {
  dma: 0x01,
  scsi: 0x02,
  onTheFly: 0x04,
  connected: 0x08,
  signal: 0x20,
  reset: 0x40,
  abort: 0x80,
  byDriver: 0xf0,
} as const;
export const RUNNING = 0x02;
export const Test2 = { always: 0x11, configuration: 0x08, signal: 0x40 } as const;
export const DMA_MODE_MANUAL = 0x01;
export const DmaControl = { compatible: 0x01, start: 0x04, step: 0x10, flush: 0x40 } as const;
/** Reasons of interrupts of the SCSI bus, in two registers. */
export const Reason0 = { reset: 0x02, disconnected: 0x04, mismatch: 0x80, harmless: 0x70 } as const;
export const Reason1 = { general: 0x02, timeout: 0x04, harmless: 0x03 } as const;
export const ChipControl0 = { byDirection: 0x40, mismatchJumps: 0x80 } as const;
export const ChipControl1 = { direct64: 0x01, table64: 0x02, table40: 0x04 } as const;

/** Phases of the SCSI bus, as the lines MSG, C/D and I/O tell them; `free`: nothing is connected. */
export const Phase = { dataOut: 0, dataIn: 1, command: 2, status: 3, messageOut: 6, messageIn: 7, free: 8 } as const;

/** Messages (SPI-3, 16). */
export const Message = {
  commandComplete: 0x00,
  extended: 0x01,
  abort: 0x06,
  reject: 0x07,
  reset: 0x0c,
  abortTag: 0x0d,
  clearQueue: 0x0e,
  firstTag: 0x20,
  lastTag: 0x22,
  identify: 0x80,
} as const;

/** Targets that drives may be: the controller is 7. */
export const TARGETS = 7;

/** Values that are always read; undefined: those that are kept, or are special. */
export const constants: Readonly<Record<number, number>> = {
  [Register.pins]: 0x7f,
  [Register.test0]: 0xff,
  25: 0,
  [Register.test6]: 0,
  [Register.memoryAccess]: 0x0f,
  [Register.pinControl]: 0x0f,
  [Register.busMode]: 0xe0,
  89: 0,
};

/** Offsets where no register is. */
const holes: readonly (readonly [first: number, last: number])[] = [
  ...([0x44, 0x45, 0x49, 0x4c, 0x51] as const).map((at) => [at, at] as const),
  ...([
    [0x53, 0x55],
    [0x5a, 0x5b],
    [0xbc, 0xbf],
    [0xd0, 0xd3],
    [0xe0, 0xff],
  ] as const),
];
export const isHole = (offset: number): boolean => holes.some(([first, last]) => offset >= first && offset <= last);

/** Bits that a driver cannot write: 0 where it can write all. */
const readOnly: Readonly<Record<number, number>> = {
  [Register.control1]: Control1.startSequence,
  [Register.control2]: CONTROL2_STICKY,
  [Register.destination]: 0xf0,
  [Register.test2]: 0xff & ~Test2.configuration,
  [Register.test3]: 0xf0,
  [Register.dmaControl]: DmaControl.start | DmaControl.flush,
};
const fixed: readonly number[] = [
  ...[Register.pins, Register.outputControl, Register.selector, Register.busControl, Register.dmaStatus],
  ...[Register.status0, Register.status1, Register.status2, Register.running, 0x18, 0x19, 0x20, Register.test6],
  ...[Register.command, Register.adder, 0x3d, 0x3e, 0x3f, Register.reason0, Register.reason1],
  ...[Register.memoryAccess, Register.pinControl, Register.inputLatch, Register.busMode, Register.busData, 0x59],
];
/** The bits of a register that keep what is written. */
export function writableBits(offset: number): number {
  return fixed.includes(offset) || isHole(offset) ? 0 : 0xff & ~(readOnly[offset] ?? 0);
}

/** Registers after a reset, as far as they are not 0. */
export const atReset: Readonly<Record<number, number>> = {
  [Register.control0]: 0xc0,
  [Register.chipId]: 7,
  [Register.test2]: 1,
  [Register.command]: 0x40,
  [Register.response0]: 0x80,
};
