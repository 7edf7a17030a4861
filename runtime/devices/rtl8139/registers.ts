/** Realtek RTL8139C+ data sheet 1.6: configuration space (section 7), as QEMU's card has it. */
export const Id = {
  vendorId: 0x10ec,
  deviceId: 0x8139,
  revision: 0x20,
  classCode: 0x020000,
} as const;

/** Bytes of registers, in ports and in memory. */
export const REGISTER_BYTES = 0x100;

/** Offsets of registers (section 5 "Register descriptions"). */
export const Register = {
  address: 0x00,
  multicast: 0x08,
  /** TSD0-3; with C+ descriptors DTCCR. */
  txStatus: 0x10,
  /** TSAD0-3; with C+ descriptors TNPDS and THPDS. */
  txAddress: 0x20,
  rxBuffer: 0x30,
  earlyCount: 0x34,
  earlyStatus: 0x36,
  command: 0x37,
  /** CAPR. */
  rxRead: 0x38,
  /** CBR. */
  rxWrite: 0x3a,
  interruptMask: 0x3c,
  interruptStatus: 0x3e,
  txConfig: 0x40,
  rxConfig: 0x44,
  timer: 0x48,
  missed: 0x4c,
  eeprom: 0x50,
  config0: 0x51,
  config1: 0x52,
  timerInterrupt: 0x54,
  mediaStatus: 0x58,
  config3: 0x59,
  config4: 0x5a,
  multipleInterrupt: 0x5c,
  revision: 0x5e,
  /** TSAD of section 5.9: all of TSD0-3 at a glance. */
  txSummary: 0x60,
  basicModeControl: 0x62,
  basicModeStatus: 0x64,
  advertisement: 0x66,
  partner: 0x68,
  expansion: 0x6a,
  chipStatus: 0x74,
  config5: 0xd8,
  /** TPPoll. */
  txPoll: 0xd9,
  cplusCommand: 0xe0,
  mitigation: 0xe2,
  rxRing: 0xe4,
  txThreshold: 0xec,
} as const;

/** Command (5.6). */
export const Command = { bufferEmpty: 0x01, txEnable: 0x04, rxEnable: 0x08, reset: 0x10 } as const;

/** Interrupt mask and status (5.7, 5.8). */
export const Interrupt = {
  rxOk: 0x0001,
  txOk: 0x0004,
  rxOverflow: 0x0010,
  linkChange: 0x0020,
  noTxDescriptor: 0x0080,
  software: 0x0100,
  timeout: 0x4000,
  all: 0xe1ff,
} as const;

/** TSD (5.3). The guest sets size and threshold, and clears `owned` so that the frame is sent. */
export const TxStatus = { size: 0x1fff, owned: 0x2000, ok: 0x8000, writable: 0x003f3fff } as const;
export const TX_BUFFERS = 4;

/** Transmit configuration (5.10): loopback, and the version of the chip, which is fixed. */
export const TxConfig = { loopback: 0x60000, version: 0x74800000, writable: 0x030707f0 } as const;

/** Receive configuration (5.11). */
export const RxConfig = {
  all: 0x01,
  physical: 0x02,
  multicast: 0x04,
  broadcast: 0x08,
  noWrap: 0x80,
  sizeShift: 11,
  sizeMask: 3,
  writable: 0x0f01ffff,
} as const;

/** In front of a frame in the receive buffer (5.1 "Receive status register in Rx packet header"). */
export const RxHeader = { ok: 0x0001, broadcast: 0x2000, physical: 0x4000, multicast: 0x8000, bytes: 4 } as const;
/** The least size of the receive buffer; RxConfig has it in powers of 2 of this. */
export const RX_BUFFER = 0x2000;
/** CAPR is so much behind what the guest has read. */
export const RX_READ_GAP = 0x10;

/** 93C46 command register (5.15): two bits of the mode, and the EEPROM's lines. */
export const EepromControl = {
  output: 0x01,
  input: 0x02,
  clock: 0x04,
  select: 0x08,
  mode: 0xc0,
  programming: 0x80,
  autoLoad: 0x40,
} as const;

/** Words of the EEPROM (section 6 "EEPROM contents"). */
export const EepromWord = { id: 0, vendor: 1, device: 2, address: 7, idValue: 0x8129 } as const;

/** CONFIG1 (5.17): the register ranges are mapped. MSR (5.21): what is fixed, and that there is no link. */
export const CONFIG1_MAPPED = 0x0c;
export const CONFIG3_FAST = 0x01;
export const MediaStatus = { fixed: 0xd0, linkFailed: 0x04 } as const;

/** BMCR and BMSR (5.25, 5.26; IEEE 802.3, 22.2.4). */
export const BasicModeControl = { restart: 0x0200, negotiate: 0x1000, reset: 0x8000 } as const;
export const BasicModeStatus = { fixed: 0x7809, link: 0x0004, negotiated: 0x0020 } as const;
/** ANAR and ANLPAR (5.27, 5.28): flow control, 100 and 10 Mbit/s, full and half duplex. ANER (5.29): the partner can. */
export const ABILITIES = 0x05e1;
export const EXPANSION = 0x0001;
/** CSCR (5.34): the link is good, at 100 Mbit/s. */
export const CHIP_STATUS = 0x4c00;

/** TPPoll (5.37): look at the ring of high or normal priority; software interrupt. */
export const TxPoll = { software: 0x01, normal: 0x40, high: 0x80 } as const;

/** C+ command (5.38). */
export const CplusCommand = {
  transmit: 0x0001,
  receive: 0x0002,
  rxChecksum: 0x0020,
  rxVlan: 0x0040,
  writable: 0x007f,
} as const;

/** DTCCR: the address of the tally counters has a command in it (5.2, section 6.4.1.1 "Dump tally counter"). */
export const TALLY_DUMP = 0x08;
export const TALLY_ALIGNMENT = 0x40;

/** A descriptor of the C+ mode has four words: command and status, VLAN, and an address of 64 bits (section 6.2). */
export const DESCRIPTOR_BYTES = 16;
export const Descriptor = { owned: 0x80000000, endOfRing: 0x40000000, first: 0x20000000, last: 0x10000000 } as const;

/** Transmit descriptors. */
export const TxDescriptor = {
  size: 0xffff,
  /** Bits that the card replaces by errors and collisions of the packet; there are none. */
  status: 0x0fff0000,
  largeSend: 0x08000000,
  segmentShift: 16,
  segmentMask: 0x7ff,
  ipChecksum: 0x00040000,
  udpChecksum: 0x00020000,
  tcpChecksum: 0x00010000,
  /** In the second word. */
  tagged: 0x00020000,
} as const;

/** Receive descriptors. */
export const RxDescriptor = {
  size: 0x1fff,
  /** Bits of the first word after reception, in which only the guest's mark of the ring's end is kept. */
  multicast: 0x04000000,
  physical: 0x02000000,
  broadcast: 0x01000000,
  protocolShift: 16,
  ipFailed: 0x8000,
  udpFailed: 0x4000,
  tcpFailed: 0x2000,
  /** In the second word. */
  tagged: 0x00010000,
} as const;
/** Protocol of a packet, in two bits. */
export const RxProtocol = { none: 0, tcp: 1, udp: 2, ip: 3 } as const;

/** The timer counts the clock of the PCI bus, 33 MHz; in nanoseconds. */
export const TICK = 30;
export const TIMER_RANGE = 0x100000000 * TICK;
