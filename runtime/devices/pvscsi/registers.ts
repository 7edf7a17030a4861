/** VMware's paravirtual SCSI controller: its interface as Linux' driver and QEMU's device know it. */

/** PCI identification: QEMU's controller. */
export const Id = {
  vendorId: 0x15ad,
  deviceId: 0x07c0,
  subsystemVendorId: 0x15ad,
  subsystemId: 0x07c0,
  revision: 2,
  classCode: 0x010000,
} as const;
export const LATENCY = 0xff;
export const MSI_AT = 0x7c;

export const MEMORY_BYTES = 0x8000;
export const PAGE_BYTES = 0x1000;

export const Register = {
  command: 0x0000,
  commandData: 0x0004,
  commandStatus: 0x0008,
  interruptStatus: 0x100c,
  interruptMask: 0x2010,
  kickOther: 0x3014,
  kickTransfer: 0x4018,
} as const;

/** Commands of the adapter, and how many words of data each takes. */
export const Command = {
  none: 0,
  adapterReset: 1,
  setupRings: 3,
  resetBus: 4,
  resetDevice: 5,
  abortCommand: 6,
  configuration: 7,
  setupMessageRing: 8,
} as const;
export const dataWords: Readonly<Record<number, number>> = {
  [Command.setupRings]: 132,
  [Command.resetDevice]: 3,
  [Command.abortCommand]: 4,
  [Command.configuration]: 6,
  [Command.setupMessageRing]: 34,
};
export const MOST_DATA_WORDS = 132;

/** Values of the command's status: it succeeded, failed, or waits for data. */
export const Status = { succeeded: 0, failed: 0xffffffff, incomplete: 0xfffffffe } as const;

/** Bits of interrupt status and mask. */
export const Interrupt = { completion: 1, message: 4, all: 0xf } as const;

/** Data of SETUP_RINGS and SETUP_MSG_RING: numbers of pages, and where the lists of their addresses stand. */
export const RingSetup = { requestPages: 0, completionPages: 4, state: 8, requests: 16, completions: 272 } as const;
export const MessageSetup = { pages: 0, list: 8 } as const;
export const MOST_RING_PAGES = 32;
export const MOST_MESSAGE_PAGES = 16;

/** Words of the page with the rings' state, by their offsets. */
export const RingState = {
  requestProducer: 0,
  requestConsumer: 4,
  requestEntriesLog: 8,
  completionProducer: 12,
  completionConsumer: 16,
  completionEntriesLog: 20,
  messageProducer: 128,
  messageConsumer: 132,
  messageEntriesLog: 136,
} as const;

/** A descriptor of a request, and its flags. */
export const Request = {
  bytes: 128,
  context: 0,
  data: 8,
  dataLength: 16,
  sense: 24,
  senseLength: 32,
  flags: 36,
  command: 40,
  unit: 57,
  bus: 66,
  target: 67,
} as const;
export const RequestFlag = { scattered: 1, toHost: 8, toDevice: 16 } as const;

/** An element of a list of pieces of memory; one with the flag points to the rest of the list. */
export const Element = { bytes: 16, length: 8, flags: 12, isChain: 1 } as const;

/** A descriptor of a completion, and of a message. */
export const Completion = {
  bytes: 32,
  context: 0,
  dataLength: 8,
  senseLength: 16,
  hostStatus: 20,
  scsiStatus: 22,
} as const;
export const MESSAGE_BYTES = 128;

/** The adapter's own status of a request. */
export const HostStatus = {
  success: 0x00,
  selectionTimeout: 0x11,
  dataRun: 0x12,
  badMessage: 0x1d,
  hardware: 0x20,
  busReset: 0x25,
  aborted: 0x26,
} as const;

/** Targets that there may be. QEMU has 64. */
export const TARGETS = 64;
