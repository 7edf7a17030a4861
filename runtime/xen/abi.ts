/**
 * Numbers and layouts of Xen's interface to guests of 32 bits (xen/include/public of Xen 4.17): every structure is as a compiler for
 * the i386 lays it out. Offsets and lengths are bytes.
 */

/** The domain of the guest, and that of the back ends. */
export const GUEST_DOMAIN = 1;
export const BACKEND_DOMAIN = 0;
/** A domain that names itself. */
const SELF = 0x7ff0;
export const PAGE_BYTES = 4096;

/** Errors as hypercalls give them back, negative (xen/errno.h). */
export const Errno = {
  permission: 1,
  noEntry: 2,
  fault: 14,
  exists: 17,
  invalid: 22,
  noSpace: 28,
  noCall: 38,
} as const;

/** A hypercall fails with an error of `Errno`. */
export class XenError extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`error ${errno}`);
    this.errno = errno;
  }
}

/** Throws XenError for a domain that is not the guest's own. */
export function checkOwn(domain: number): void {
  if (domain !== SELF && domain !== GUEST_DOMAIN) throw new XenError(Errno.permission);
}

/** Numbers of hypercalls, in EAX (xen.h). */
export const Hypercall = {
  memory: 12,
  multicall: 13,
  setTimer: 15,
  version: 17,
  console: 18,
  grantTable: 20,
  processor: 24,
  scheduler: 29,
  eventChannel: 32,
  hvm: 34,
} as const;
/** Stubs of the hypercall page are so long. */
export const STUB_BYTES = 32;

/** struct shared_info: an entry for each of the first 32 processors, bits of the event channels, and the time of day when system time was 0. */
export const SharedInfo = {
  processorBytes: 64,
  processors: 32,
  pending: 0x800,
  mask: 0x880,
  wallVersion: 0x900,
  wallSeconds: 0x904,
  wallNanoseconds: 0x908,
  wallSecondsHigh: 0x90c,
} as const;

/** struct vcpu_info. */
export const ProcessorInfo = { pending: 0, mask: 1, selector: 4, time: 32, bytes: 64 } as const;

/** Event channels of the layout with two levels of bits, for 32-bit guests. */
export const CHANNELS = 1024;
export const WORD_CHANNELS = 32;

/** Calls of event channels (event_channel.h), and lengths of what they get. */
export const EventCall = {
  bindInterdomain: 0,
  bindVirq: 1,
  close: 3,
  send: 4,
  status: 5,
  allocateUnbound: 6,
  bindIpi: 7,
  bindProcessor: 8,
  unmask: 9,
  reset: 10,
} as const;

/** Virtual interrupts that a guest can bind: those of its timer, a debugger, the console. */
export const VIRQS = 24;
export const VIRQ_TIMER = 0;

/** Calls about processors (vcpu.h). */
export const ProcessorCall = {
  isUp: 3,
  runstate: 4,
  runstateArea: 5,
  stopPeriodicTimer: 7,
  setSingleTimer: 8,
  stopSingleTimer: 9,
  registerInfo: 10,
} as const;

/** Calls of the scheduler (sched.h), and why a guest is to shut down. */
export const SchedulerCall = { yield: 0, block: 1, shutdown: 2, poll: 3 } as const;
export const ShutdownReason = { powerOff: 0, reboot: 1, suspend: 2, crash: 3, watchdog: 4, softReset: 5 } as const;

/** Calls about memory (memory.h), and what can be put at a page of the guest's. */
export const MemoryCall = {
  decreaseReservation: 1,
  maximumPage: 2,
  currentReservation: 3,
  maximumReservation: 4,
  populate: 6,
  addToPhysmap: 7,
  removeFromPhysmap: 15,
} as const;
export const MemorySpace = { sharedInfo: 0, grantTable: 1 } as const;

/** Calls of the grant table (grant_table.h). */
export const GrantCall = { querySize: 6, setVersion: 8, getVersion: 10 } as const;
/** An entry of version 1: flags, who is granted access, the page. */
export const Grant = { flags: 0, domain: 2, frame: 4, bytes: 8 } as const;
export const GrantFlag = { typeMask: 3, access: 1, readOnly: 4, reading: 8, writing: 16 } as const;
/** Pages of the grant table, at most. */
export const GRANT_FRAMES = 32;

/** Calls about HVM guests (hvm_op.h) and their parameters (params.h). */
export const HvmCall = { setParameter: 0, getParameter: 1, getTime: 10, setUpcallVector: 23 } as const;
export const Parameter = {
  callback: 0,
  storePage: 1,
  storeChannel: 2,
  consolePage: 17,
  consoleChannel: 18,
  count: 41,
} as const;
/** How a guest hears of events, in the highest byte of its parameter. */
export const Callback = { line: 0, pin: 1, vector: 2 } as const;

/** Calls about the version (version.h), and bits of what the hypervisor can do (features.h). */
export const VersionCall = {
  version: 0,
  extraVersion: 1,
  capabilities: 3,
  changeSet: 4,
  platformParameters: 5,
  features: 6,
  pageSize: 7,
  commandLine: 9,
} as const;
export const XenFeature = { autoTranslated: 1 << 2, callbackVector: 1 << 8, safeClock: 1 << 9 } as const;

/** Pages that the guest shares with the hypervisor's services, where QEMU has them for its own Xen: those of the console and of the store. */
export const SPECIAL_BASE = 0xfeff8000;
export const SPECIAL_PAGES = 4;
export const CONSOLE_PAGE = SPECIAL_BASE / PAGE_BYTES;
export const STORE_PAGE = SPECIAL_BASE / PAGE_BYTES + 1;
