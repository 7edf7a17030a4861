/** VMware's network card vmxnet3: its interface as Linux' driver and QEMU's device know it. */

/** PCI identification: QEMU's card. */
export const Id = {
  vendorId: 0x15ad,
  deviceId: 0x07b0,
  subsystemVendorId: 0x15ad,
  subsystemId: 0x07b0,
  revision: 1,
  classCode: 0x020000,
} as const;
export const MSI_AT = 0x84;
export const MSIX_AT = 0x9c;
/** The base address register of MSI-X. */
export const MessageBar = { index: 2, bytes: 0x2000, tableAt: 0, pendingAt: 0x1000 } as const;

/** Bytes of each of the two register files, and from one register to the next. */
export const REGISTER_BYTES = 0x1000;
export const STEP = 8;

/** Registers of the rings (base address register 0), the first of each kind. */
export const RingRegister = { mask: 0x000, sendProducer: 0x600, receiveProducer: 0x800, bodyProducer: 0xa00 } as const;
/** Registers of the device (base address register 1). */
export const Register = {
  revisions: 0x00,
  passThrough: 0x08,
  sharedLow: 0x10,
  sharedHigh: 0x18,
  command: 0x20,
  macLow: 0x28,
  macHigh: 0x30,
  interruptCause: 0x38,
  events: 0x40,
} as const;
/** Bits of the revisions that there are. */
export const REVISIONS = 1;

export const Command = {
  activate: 0xcafe0000,
  quiesce: 0xcafe0001,
  reset: 0xcafe0002,
  updateReceiveMode: 0xcafe0003,
  updateMulticast: 0xcafe0004,
  updateVlans: 0xcafe0005,
  updateFeatures: 0xcafe0009,
  getQueueStatus: 0xf00d0000,
  getStatistics: 0xf00d0001,
  getLink: 0xf00d0002,
  getMacLow: 0xf00d0003,
  getMacHigh: 0xf00d0004,
  getDeviceId: 0xf00d0005,
  getDeviceRevision: 0xf00d0006,
  getInterrupts: 0xf00d0008,
  getAdaptiveRings: 0xf00d0009,
} as const;

/** The link's speed in Mbit/s, and that it is up. */
export const LINK_UP = (1000 << 16) | 1;
/** There are no rings that adapt. */
export const NO_ADAPTIVE_RINGS = 1;

/** Offsets in the structure that the driver shares with the device. */
export const Shared = {
  magic: 0,
  guest: 12,
  features: 24,
  queues: 40,
  mostPieces: 60,
  sendQueues: 62,
  receiveQueues: 63,
  masksItself: 80,
  eventVector: 82,
  receiveMode: 120,
  multicastBytes: 124,
  multicast: 128,
  vlans: 136,
  events: 696,
  bytes: 720,
} as const;
export const MAGIC = 0xbabefee1;
/** The guest's type, in bits 5-2 of its word, for which each piece of a frame is a head. */
export const GUEST_WINDOWS = 2;
export const Feature = { receiveChecksum: 1, stripVlan: 4, mergeSegments: 8 } as const;
export const ReceiveMode = { station: 1, multicast: 2, broadcast: 4, allMulticast: 8, promiscuous: 16 } as const;
export const Event = { link: 4 } as const;

/** Offsets in the description of a queue, for sending or for receiving. */
export const Queue = {
  bytes: 256,
  sendThreshold: 4,
  ring: 16,
  /** The second ring for receiving: pieces of frames but the first. */
  bodies: 24,
  completions: 32,
  ringSize: 56,
  bodiesSize: 60,
  completionsSize: 64,
  vector: 72,
  statistics: 88,
} as const;
export const SEND_QUEUES = 8;
export const RECEIVE_QUEUES = 8;
export const VECTORS = 25;
export const MOST_RING = 4096;
export const MOST_COMPLETIONS = 8192;
export const VLAN_WORDS = 128;

/** A descriptor is four words: the address in two, and bits in the others. */
export const DESCRIPTOR_BYTES = 16;
/** Word 2 of a descriptor for sending. */
export const Send = { lengthMask: 0x3fff, wholeLength: 0x4000, generation: 0x4000, sizeShift: 18 } as const;
/** Word 3 of it. */
export const SendFlags = {
  headerMask: 0x3ff,
  offloadShift: 10,
  offloadMask: 3,
  end: 0x1000,
  tagged: 0x8000,
  tagShift: 16,
} as const;
export const Offload = { none: 0, checksum: 2, segments: 3 } as const;
/** Word 2 of a descriptor for receiving. */
export const Receive = { lengthMask: 0x3fff, isBody: 0x4000, generation: 0x80000000 } as const;
/** Word 0 of a completion for receiving, word 2, and word 3, which all completions have. */
export const Completion = {
  end: 0x4000,
  start: 0x8000,
  queueShift: 16,
  noChecksum: 0x40000000,
  stripped: 0x8000,
  tagShift: 16,
  payloadIntact: 0x10000,
  udp: 0x20000,
  tcp: 0x40000,
  headerIntact: 0x80000,
  ipv4: 0x200000,
  frameIntact: 0x800000,
  typeReceived: 3 << 24,
  generation: 0x80000000,
} as const;

/** Counters of a queue, in the order of its description. */
export const SendCounter = {
  segmentedFrames: 0,
  segmentedBytes: 1,
  station: 2,
  multicast: 4,
  broadcast: 6,
  errors: 8,
} as const;
export const ReceiveCounter = { merged: 0, station: 2, multicast: 4, broadcast: 6 } as const;
export const COUNTERS = 10;
