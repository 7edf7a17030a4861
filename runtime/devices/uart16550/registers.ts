/** National Semiconductor PC16550D data sheet, section 8 "Registers". Offsets from the port's base. */
export const Register = {
  /** RBR and THR; DLL while LCR.DLAB is set. */
  data: 0,
  /** IER; DLM while LCR.DLAB is set. */
  interruptEnable: 1,
  /** IIR on reads, FCR on writes. */
  interruptIdentification: 2,
  lineControl: 3,
  modemControl: 4,
  lineStatus: 5,
  modemStatus: 6,
  scratch: 7,
} as const;

/** IER (8.7). */
export const InterruptEnable = {
  received: 0x01,
  transmitterEmpty: 0x02,
  lineStatus: 0x04,
  modemStatus: 0x08,
  all: 0x0f,
} as const;

/** IIR (8.6, table IV), by falling priority. */
export const InterruptId = {
  lineStatus: 0x06,
  received: 0x04,
  timeout: 0x0c,
  transmitterEmpty: 0x02,
  modemStatus: 0x00,
  none: 0x01,
  fifosEnabled: 0xc0,
} as const;

/** FCR (8.5). Bits 6-7 select the trigger level. */
export const FifoControl = { enable: 0x01, clearReceiver: 0x02, clearTransmitter: 0x04, triggerShift: 6 } as const;
export const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
export const FIFO_SIZE = 16;

/** LCR (8.1). */
export const LineControl = { wordLength: 0x03, stopBits: 0x04, parity: 0x08, divisorLatch: 0x80 } as const;

/** MCR (8.8). */
export const ModemControl = { dtr: 0x01, rts: 0x02, out1: 0x04, out2: 0x08, loop: 0x10, writable: 0x1f } as const;

/** LSR (8.4). */
export const LineStatus = {
  dataReady: 0x01,
  overrun: 0x02,
  break: 0x10,
  /** Errors that a read of LSR clears, and that interrupt. */
  errors: 0x1e,
  transmitterHoldingEmpty: 0x20,
  transmitterEmpty: 0x40,
  fifoError: 0x80,
} as const;

/** MSR (8.9): four levels, and four bits that tell of their changes. */
export const ModemStatus = {
  cts: 0x10,
  dsr: 0x20,
  ri: 0x40,
  dcd: 0x80,
  levels: 0xf0,
  teri: 0x04,
  deltas: 0x0f,
} as const;

/** Input clock of the baud generator on a PC: 16 times 115200 Hz. */
export const BAUD_BASE = 115200;
