/** AMD's PCnet-PCI II ("Am79C970A", data sheet, publication 19436): its numbers, registers and descriptors. */

/** Identification in the configuration space (Am79C970A data sheet, "PCI Configuration Registers"). */
export const Id = {
  ...{ vendorId: 0x1022, deviceId: 0x2000, classCode: 0x020000, revision: 0x10 },
  ...{ subsystemVendorId: 0, subsystemId: 0 },
  // MIN_GNT and MAX_LAT.
  registers: [
    { offset: 0x3e, size: 1, value: 0x06 },
    { offset: 0x3f, size: 1, value: 0xff },
  ],
} as const;

/** Bytes of its ports, and of the same in memory. The address PROM is first. */
export const REGISTER_BYTES = 0x20;
export const APROM_BYTES = 0x10;
/** Its registers after that, by their place in units of two bytes (WIO), or of four (DWIO). */
export const PortRegister = { data: 0, address: 1, reset: 2, busData: 3 } as const;

export const CSR_COUNT = 128;
export const BCR_COUNT = 32;

export const Csr = {
  status: 0,
  initLow: 1,
  initHigh: 2,
  interruptMask: 3,
  features: 4,
  extended: 5,
  tableLengths: 6,
  filter: 8,
  address: 12,
  mode: 15,
  initLowToo: 16,
  initHighToo: 17,
  nextReceive: 26,
  currentReceive: 28,
  currentTransmit: 34,
  receiveCount: 40,
  receiveStatus: 41,
  transmitCount: 42,
  transmitStatus: 43,
  softwareStyle: 58,
  receiveCounter: 72,
  transmitCounter: 74,
  receiveLength: 76,
  transmitLength: 78,
  chipId: 88,
  chipIdHigh: 89,
  missed: 112,
} as const;

/** Registers that a reset by the port sets. Others keep their value; at power-on they are 0. */
export const RESET_CSRS: readonly (readonly [csr: number, value: number])[] = [
  ...[0x0004, 0, 0, 0, 0x0115, 0, 0].map((value, n) => [n, value] as const).filter(([n]) => n === 0 || n >= 3),
  ...[8, 9, 10, 11, 94, 112, 114, 122, 124].map((n) => [n, 0] as const),
  ...[72, 74, 76, 78].map((n) => [n, 1] as const),
  ...([
    [80, 0x1410],
    [88, 0x1003],
    [89, 0x0262],
    [100, 0x0200],
    [103, 0x0105],
  ] as const),
];
/** Bits of CSR15 that stay then. */
export const KEPT_MODE = 0x21c4;

/** CSRs that can be written only while the chip is stopped or suspended. */
export const STOPPED_CSRS: ReadonlySet<number> = new Set([
  ...[1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 72, 74, 76, 78, 112],
  ...Array.from({ length: 30 }, (_, n) => 18 + n),
]);

/** CSR0. */
export const Status = {
  init: 0x0001,
  start: 0x0002,
  stop: 0x0004,
  transmitDemand: 0x0008,
  transmitterOn: 0x0010,
  receiverOn: 0x0020,
  interruptEnable: 0x0040,
  interrupt: 0x0080,
  initDone: 0x0100,
  transmitted: 0x0200,
  received: 0x0400,
  missed: 0x1000,
  collision: 0x2000,
  /** Any of BABL, CERR, MISS and MERR makes ERR. */
  errors: 0x7800,
  error: 0x8000,
  /** Bits that a 1 clears. */
  clearable: 0x7f00,
  /** Bits that interrupt, unless CSR3 masks them. */
  interrupting: 0x5f00,
} as const;

/** CSR3. */
export const Mask = { noStopOnUnderflow: 0x0040 } as const;

/** CSR4. */
export const Feature = {
  transmitStarted: 0x0008,
  userCommand: 0x0080,
  userInterrupt: 0x0040,
  missedOverflow: 0x0200,
  stripReceived: 0x0400,
  noPolling: 0x1000,
  clearable: 0x026a,
  /** Masks; the bit to the left of each is the event. */
  masks: 0x0115,
  /** Bits that a stop clears. */
  stopped: 0x02c2,
} as const;

/** CSR5. */
export const Extended = {
  suspend: 0x0001,
  lastInterruptEnable: 0x4000,
  noTransmitInterrupt: 0x8000,
  clearable: 0x0a90,
  /** Enables with their events to the left: those that INEA lets through, and those that come always. */
  gated: 0x0048,
  always: 0x0500,
  stopped: 0x0011,
} as const;

/** CSR15. */
export const Mode = {
  noReceiver: 0x0001,
  noTransmitter: 0x0002,
  loopback: 0x0004,
  noFcs: 0x0008,
  internal: 0x0040,
  noPhysical: 0x2000,
  noBroadcast: 0x4000,
  promiscuous: 0x8000,
} as const;

export const Bcr = { misc: 2, led0: 4, led3: 7, busControl: 18, softwareStyle: 20 } as const;
export const RESET_BCRS: readonly (readonly [bcr: number, value: number])[] = [
  ...[0x0005, 0x0005, 0x0002].map((value, n) => [n, value] as const),
  ...[0x00c0, 0x0084, 0x0088, 0x0090].map((value, n) => [Bcr.led0 + n, value] as const),
  ...([
    [18, 0x9001],
    [19, 0x0002],
    [20, 0x0200],
    [22, 0xff06],
  ] as const),
];
export const WRITABLE_BCRS: ReadonlySet<number> = new Set([2, 4, 5, 6, 7, 9, 18, 19, 20, 22]);
/** BCR2: the address PROM can be written. */
export const APROM_WRITABLE = 0x0100;
/** BCR18: registers are four bytes apart. */
export const DOUBLE_WORDS = 0x0080;
/** BCR4 to 7: what the LED shows, and whether it is on; the link is one of them. */
export const Led = { shown: 0x017f, link: 0x0040, on: 0x8000 } as const;
/** BCR20: structures of 32 bits (SSIZE32); the chip sets it by the style. */
export const WIDE = 0x0100;
/** By the number of the style: the upper bits of BCR20. */
export const STYLES: readonly number[] = [0x0200, 0x0100, 0x0300, 0x0300];

/** The upper half of the second word of a descriptor (with 16 bits: of the first one, without the lower byte). */
export const DescriptorStatus = {
  owned: 0x8000,
  error: 0x4000,
  start: 0x0200,
  end: 0x0100,
} as const;
export const TransmitStatus = { addFcs: 0x2000, lastInterrupt: 0x1000 } as const;
export const ReceiveStatus = {
  overflow: 0x1000,
  crc: 0x0800,
  buffer: 0x0400,
  physical: 0x0040,
  filtered: 0x0020,
  broadcast: 0x0010,
} as const;
/** Error bits of a transmit descriptor's third word. */
export const TransmitError = { buffer: 0x80000000, underflow: 0x40000000, noCarrier: 0x08000000 } as const;
/** These bits of the length must be ones, as it is negative. */
export const LENGTH_ONES = 0xf000;
/**
 * Virtual nanoseconds between two looks at the ring that nobody has asked for: the chip's 2 ms, and longer where nothing was found, so that an idle
 * machine sleeps.
 */
export const POLL = 2_000_000;
export const LONGEST_POLL = 16_000_000;
