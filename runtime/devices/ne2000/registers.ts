/** National Semiconductor DP8390D data sheet, section 10 "Internal registers"; and what an NE2000 has around it. */

/** Ports of a card: the chip's registers, the data port, and the port whose reading resets. */
export const CARD_PORTS = 0x20;
export const DATA_PORT = 0x10;
export const RESET_PORT = 0x18;

/** Offsets of registers. What is there depends on the page, and on whether it is read or written. */
export const Register = {
  command: 0x00,
  // Page 0, read and written.
  boundary: 0x03,
  interruptStatus: 0x07,
  // Page 0, read.
  transmitStatus: 0x04,
  currentRemoteLow: 0x08,
  currentRemoteHigh: 0x09,
  id0: 0x0a,
  id1: 0x0b,
  receiveStatus: 0x0c,
  // Page 0, written; most of them are read on page 2.
  pageStart: 0x01,
  pageStop: 0x02,
  transmitPage: 0x04,
  transmitCountLow: 0x05,
  transmitCountHigh: 0x06,
  remoteAddressLow: 0x08,
  remoteAddressHigh: 0x09,
  remoteCountLow: 0x0a,
  remoteCountHigh: 0x0b,
  receiveConfig: 0x0c,
  transmitConfig: 0x0d,
  dataConfig: 0x0e,
  interruptMask: 0x0f,
  // Page 1.
  address: 0x01,
  currentPage: 0x07,
  multicast: 0x08,
} as const;

/** Command register (10.3). */
export const Command = {
  stop: 0x01,
  start: 0x02,
  transmit: 0x04,
  remoteRead: 0x08,
  remoteWrite: 0x10,
  abortRemote: 0x20,
  pageShift: 6,
} as const;

/** Interrupt status and mask (10.3). Bit 7 of the status is no interrupt: the chip is in reset. */
export const Interrupt = { received: 0x01, transmitted: 0x02, remoteDone: 0x40, reset: 0x80, maskable: 0x7f } as const;

/** Receive and transmit status (10.3). */
export const ReceiveStatus = { intact: 0x01, group: 0x20 } as const;
export const TransmitStatus = { done: 0x01 } as const;

/** Receive configuration (10.3). */
export const ReceiveConfig = { broadcast: 0x04, multicast: 0x08, all: 0x10, monitor: 0x20 } as const;

/** Transmit configuration: loopback. Data configuration: words of 16 bits. */
export const LOOPBACK = 0x06;
export const DATA_WORDS = 0x01;

/** A frame in the ring begins with its status, the next page, and its length (7.0 "Packet reception"). */
export const RING_HEADER_BYTES = 4;
export const PAGE_BYTES = 0x100;

/** The chip's memory: the card's PROM, of which each byte is there twice, and 32 KB of RAM. */
export const PROM_BYTES = 0x20;
export const RAM_START = 0x4000;
export const RAM_BYTES = 0x8000;
/** The last two bytes of the PROM say that this is an NE2000 with a bus of 16 bits. */
export const PROM_MARK = 0x57;

/** Realtek RTL8029AS data sheet: configuration space (7.1), the registers that tell it apart (6.1), and page 3 (6.2.3). */
export const PciId = {
  vendorId: 0x10ec,
  deviceId: 0x8029,
  classCode: 0x020000,
} as const;
export const REALTEK_ID = [0x50, 0x43] as const;
/** CONFIG2 and CONFIG3: the transceiver was found, and is full duplex. */
export const PAGE3: Readonly<Record<number, number>> = { 5: 0x40, 6: 0x40 };
