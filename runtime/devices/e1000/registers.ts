/** Intel "PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual" (317453), chapter 4: 82540EM. */
export const Id = {
  vendorId: 0x8086,
  deviceId: 0x100e,
  revision: 0x03,
  classCode: 0x020000,
} as const;

/** Bytes of the range in memory, of that of I/O ports, and of the registers that keep something. */
export const MEMORY_BYTES = 0x20000;
export const PORT_BYTES = 0x40;
export const REGISTER_BYTES = 0x6000;
/** Ports (13.2.2): which register, and its value. */
export const Port = { address: 0, data: 4 } as const;

/** Offsets (13.3 "Register summary"). */
export const Register = {
  control: 0x0000,
  status: 0x0008,
  eepromControl: 0x0010,
  eepromRead: 0x0014,
  extendedControl: 0x0018,
  phyControl: 0x0020,
  vlanType: 0x0038,
  interruptCause: 0x00c0,
  interruptThrottle: 0x00c4,
  causeSet: 0x00c8,
  maskSet: 0x00d0,
  maskClear: 0x00d8,
  rxControl: 0x0100,
  txControl: 0x0400,
  packetBuffer: 0x1000,
  rxBaseLow: 0x2800,
  rxBaseHigh: 0x2804,
  rxLength: 0x2808,
  rxHead: 0x2810,
  rxTail: 0x2818,
  txBaseLow: 0x3800,
  txBaseHigh: 0x3804,
  txLength: 0x3808,
  txHead: 0x3810,
  txTail: 0x3818,
  missedPackets: 0x4010,
  goodReceived: 0x4074,
  broadcastReceived: 0x4078,
  multicastReceived: 0x407c,
  goodSent: 0x4080,
  receivedOctets: 0x4088,
  sentOctets: 0x4090,
  totalReceivedOctets: 0x40c0,
  totalSentOctets: 0x40c8,
  totalReceived: 0x40d0,
  totalSent: 0x40d4,
  rxChecksum: 0x5000,
  multicast: 0x5200,
  addresses: 0x5400,
  vlanFilter: 0x5600,
  /** A register of later cards. Drivers for all of them use it here too, and QEMU's card keeps it. */
  softwareSemaphore: 0x5b50,
} as const;

/** Statistics are cleared when they are read (13.7). */
export const STATISTICS = { first: 0x4000, end: 0x4128 } as const;

/** Registers that only keep what is written: first and last offset, and bits. */
export const keptRegisters: readonly (readonly [first: number, last: number, mask: number])[] = [
  [0x0018, 0x0018, -1],
  [0x0028, 0x0030, -1],
  [Register.vlanType, Register.vlanType, 0xffff],
  [0x0170, 0x0180, -1],
  [Register.interruptThrottle, Register.interruptThrottle, 0xffff],
  [0x0410, 0x0410, -1],
  [0x0458, 0x0458, -1],
  [0x0e00, 0x0e00, -1],
  [Register.packetBuffer, Register.packetBuffer, 0xffff],
  [0x2160, 0x2168, -1],
  [Register.rxBaseLow, Register.rxBaseLow, -16],
  [Register.rxBaseHigh, Register.rxBaseHigh, -1],
  [Register.rxLength, Register.rxLength, 0xfff80],
  [Register.rxHead, Register.rxHead, 0xffff],
  [0x2820, 0x282c, 0xffff],
  [Register.txBaseLow, Register.txBaseLow, -16],
  [Register.txBaseHigh, Register.txBaseHigh, -1],
  [Register.txLength, Register.txLength, 0xfff80],
  [Register.txHead, Register.txHead, 0xffff],
  [0x3820, 0x3830, -1],
  [Register.rxChecksum, Register.rxChecksum, 0x3ff],
  [Register.multicast, 0x53fc, -1],
  [Register.addresses, 0x547c, -1],
  [Register.vlanFilter, 0x57fc, -1],
  [0x5800, 0x5820, -1],
  [Register.softwareSemaphore, Register.softwareSemaphore, -1],
];

/** Device control (13.4.1). */
export const Control = { setLinkUp: 0x40, reset: 0x04000000, vlan: 0x40000000, phyReset: 0x80000000 } as const;
/** After a reset: link up, 1000 Mbit/s, and two inputs that are high. */
export const CONTROL_RESET = 0x00140240;
/** VLAN Ether type after a reset: that of IEEE 802.1Q, as in QEMU. */
export const VLAN_TYPE_RESET = 0x8100;

/** Device status (13.4.2): the link, and what doesn't change: 1000 Mbit/s, full duplex. */
export const Status = { linkUp: 0x02, fixed: 0x80080781 } as const;

/** EEPROM/flash control (13.4.3) and EEPROM read (13.4.4). */
export const EepromControl = {
  clock: 0x01,
  select: 0x02,
  input: 0x04,
  output: 0x08,
  request: 0x40,
  grant: 0x80,
  present: 0x100,
  writable: 0x77,
} as const;
export const EepromRead = { start: 0x01, done: 0x10, addressShift: 8, dataShift: 16 } as const;

/** Words of the EEPROM (5.6, table 5-2): the sum of all words is fixed. */
export const EepromWord = {
  address: 0x00,
  control1: 0x0a,
  subsystem: 0x0b,
  subsystemVendor: 0x0c,
  device: 0x0d,
  vendor: 0x0e,
  control2: 0x0f,
  checksum: 0x3f,
} as const;
/** Control word 1 has the EEPROM's signature. */
export const EepromValue = { control1: 0x640a, control2: 0x3040, sum: 0xbaba } as const;

/** MDI control (13.4.6). The transceiver has the address 1. */
export const PhyControl = {
  registerShift: 16,
  addressShift: 21,
  write: 0x04000000,
  read: 0x08000000,
  ready: 0x10000000,
  interrupt: 0x20000000,
  error: 0x40000000,
} as const;
export const PHY_ADDRESS = 1;

/** Interrupt causes (13.4.17). */
export const Cause = {
  txWritten: 0x01,
  txEmpty: 0x02,
  linkChange: 0x04,
  rxThreshold: 0x10,
  rxOverrun: 0x40,
  rxTimer: 0x80,
  phyAccess: 0x200,
  all: 0x1ffff,
} as const;
/** The interrupt throttle counts in so many nanoseconds (13.4.18). */
export const THROTTLE_UNIT = 256;

/** Receive control (13.4.22). */
export const RxControl = {
  enable: 0x02,
  allStations: 0x08,
  allGroups: 0x10,
  loopback: 0xc0,
  thresholdShift: 8,
  groupShift: 12,
  broadcast: 0x8000,
  sizeShift: 16,
  vlanFilter: 0x40000,
  largeBuffers: 0x2000000,
  stripCrc: 0x4000000,
} as const;
/** By the field for groups: which bits of the address count, as a shift of its last 16 bits. */
export const GROUP_SHIFTS = [4, 3, 2, 0] as const;

/** Transmit control (13.4.33). */
export const TxControl = { enable: 0x02, pad: 0x08 } as const;

/** RXCSUM (13.4.31): what is checked. */
export const RxChecksum = { start: 0xff, ip: 0x100, payload: 0x200 } as const;
/** Upper half of an entry of the receive addresses: it is valid. */
export const ADDRESS_VALID = 0x80000000;
export const ADDRESS_COUNT = 16;

export const DESCRIPTOR_BYTES = 16;
/** Receive descriptors (3.2.3): the third word is length and checksum, the last status, errors and VLAN tag. */
export const RxStatus = {
  done: 0x01,
  end: 0x02,
  ignoreChecksum: 0x04,
  tagged: 0x08,
  udpChecked: 0x10,
  tcpChecked: 0x20,
  ipChecked: 0x40,
  payloadError: 0x2000,
  ipError: 0x4000,
} as const;

/** Transmit descriptors (3.3.3 to 3.3.7): commands in the third word. */
export const TxCommand = {
  end: 0x01000000,
  insertChecksum: 0x04000000,
  /** In context and data descriptors. */
  segment: 0x04000000,
  report: 0x08000000,
  extended: 0x20000000,
  tag: 0x40000000,
  delay: 0x80000000,
} as const;
/** Extended ones: bit 20 tells data from context; lengths have 20 bits. */
export const TX_DATA = 0x00100000;
export const TxLength = { legacy: 0xffff, extended: 0xfffff } as const;
/** In the last word of a data descriptor: the checksums that are put in. In that of all: it is done. */
export const TxOption = { ip: 0x0100, payload: 0x0200 } as const;
export const TX_DONE = 0x01;
/** Bits of a context descriptor: the payload is TCP, the packet is IPv4. */
export const TxContext = { tcp: 0x01000000, ipv4: 0x02000000 } as const;
