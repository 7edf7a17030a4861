/** NVM Express Base Specification 1.4: registers of the controller, and commands in queues. Values are those of QEMU's. */

/** Offsets of registers (3.1). */
export const Register = {
  capabilities: 0x00,
  capabilitiesHigh: 0x04,
  version: 0x08,
  interruptMaskSet: 0x0c,
  interruptMaskClear: 0x10,
  configuration: 0x14,
  status: 0x1c,
  adminQueues: 0x24,
  /** And the addresses of the administrator's queues, of two words each: submission, completion. */
  adminSubmission: 0x28,
} as const;

/** From here on tails and heads of queues alternately, a word each. */
export const DOORBELLS = 0x1000;

/** The one base address register: registers, then the table and the pending bits of MSI-X, where QEMU has them. */
export const MEMORY_BYTES = 0x4000;
export const Msix = { vectors: 65, at: 0x40, tableAt: 0x2000, pendingAt: 0x3000 } as const;

/** Pairs of queues: that of the administrator, and others. */
export const IO_QUEUES = 64;
export const QUEUES = IO_QUEUES + 1;
/** Entries of a queue at most. */
export const MOST_ENTRIES = 2048;

/**
 * The capabilities (3.1.1): entries at most, less 1; queues are contiguous; enabling takes 7.5 seconds at most; the NVM command set;
 * pages of 4 KB to 64 KB.
 */
const CONTIGUOUS = 1 << 16;
const TIMEOUT = 15 << 24;
export const CAPABILITIES = (MOST_ENTRIES - 1) | CONTIGUOUS | TIMEOUT;
export const CAPABILITIES_HIGH = (1 << 5) | (4 << 20);
export const MOST_PAGE_SHIFT = 4;
export const VERSION = 0x00010400;

/** The configuration (3.1.5). */
export const Configuration = {
  enable: 1,
  commandSet: { shift: 4, mask: 7 },
  /** As a power of 2 times 4 KB. */
  pageSize: { shift: 7, mask: 15 },
  arbitration: { shift: 11, mask: 7 },
  shutdown: { shift: 14, mask: 3 },
  /** As powers of 2. */
  submissionSize: { shift: 16, mask: 15 },
  completionSize: { shift: 20, mask: 15 },
} as const;

/** Bytes of queues' entries, as powers of 2. */
export const EntryShift = { submission: 6, completion: 4 } as const;

/** The status (3.1.6). */
export const Status = { ready: 1, fatal: 2, shutdownUnderWay: 1 << 2, shutdownDone: 2 << 2 } as const;

/** Commands of the administrator (5). */
export const AdminCommand = {
  deleteSubmission: 0x00,
  createSubmission: 0x01,
  getLogPage: 0x02,
  deleteCompletion: 0x04,
  createCompletion: 0x05,
  identify: 0x06,
  abort: 0x08,
  setFeatures: 0x09,
  getFeatures: 0x0a,
  asynchronousEvent: 0x0c,
} as const;

/** Commands of other queues (6). */
export const IoCommand = {
  flush: 0x00,
  write: 0x01,
  read: 0x02,
  compare: 0x05,
  writeZeroes: 0x08,
  datasetManagement: 0x09,
} as const;

/** How a command ended (4.6.1): type and code; with NO_RETRY, the same command would end so again. */
export const Code = {
  success: 0x000,
  invalidOpcode: 0x001,
  invalidField: 0x002,
  dataTransferError: 0x004,
  abortedWithQueue: 0x008,
  invalidNamespace: 0x00b,
  sequenceError: 0x00c,
  invalidOffset: 0x013,
  writeProtected: 0x020,
  outOfRange: 0x080,
  capacityExceeded: 0x081,
  notReady: 0x082,
  invalidCompletionQueue: 0x100,
  invalidQueue: 0x101,
  invalidQueueSize: 0x102,
  tooManyEvents: 0x105,
  invalidVector: 0x108,
  invalidLogPage: 0x109,
  invalidDeletion: 0x10c,
  notSaveable: 0x10d,
  notChangeable: 0x10e,
  notOfNamespace: 0x10f,
  writeFault: 0x280,
  readError: 0x281,
  compareFailure: 0x285,
} as const;
export const NO_RETRY = 0x4000;
/** The log of errors has more. */
export const MORE = 0x2000;

/** Namespaces that there could be; there is the first one. */
export const MOST_NAMESPACES = 256;
export const NAMESPACE = 1;
export const ALL_NAMESPACES = 0xffffffff;

/** A command moves 4 KB times 2 to this at most. */
export const TRANSFER_SHIFT = 7;

/** Commands for events that may wait (AERL, 0's based). */
export const EVENT_COMMANDS = 4;
/** Kelvin: what the device has always, and when it is warm and hot. */
export const Temperature = { now: 323, warning: 0x157, critical: 0x175 } as const;
/** The only firmware there is. */
export const FIRMWARE = '1.0';
export const MODEL = 'QEMU NVMe Ctrl';
