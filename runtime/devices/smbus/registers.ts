/**
 * Intel 82371AB (PIIX4) data sheet (290562), 7 (registers of function 3, by the names given here) and 11.5.4 "SMBus functional
 * description".
 */
/** Configuration space. */
export const Config = {
  /** SMBBA. */
  base: 0x90,
  /** SMBHSTCFG. */
  host: 0xd2,
  /** SMBSLVC. */
  slaveCommand: 0xd3,
  /** SMBSHDW1. */
  shadow1: 0xd4,
  /** SMBSHDW2. */
  shadow2: 0xd5,
  /** SMBREV. */
  revision: 0xd6,
} as const;

/** SMBBA: bits of an address. Bit 0 is always set. */
export const BASE_MASK = 0xfff0;

/** SMBHSTCFG. */
export const HostConfig = {
  /** SMB_HST_EN. */
  enable: 0x01,
  interruptSelect: 0x0e,
  /** SMB_INTRSEL: IRQ9 and not SMI#. */
  irq9: 0x08,
} as const;

/** I/O registers, offsets from the base. */
export const Register = {
  /** SMBHSTSTS. */
  hostStatus: 0x0,
  /** SMBSLVSTS. */
  slaveStatus: 0x1,
  /** SMBHSTCNT. */
  hostControl: 0x2,
  /** SMBHSTCMD. */
  hostCommand: 0x3,
  /** SMBHSTADD. */
  hostAddress: 0x4,
  /** SMBHSTDAT0. */
  hostData0: 0x5,
  /** SMBHSTDAT1. */
  hostData1: 0x6,
  /** SMBBLKDAT. */
  blockData: 0x7,
  /** SMBSLVCNT. */
  slaveControl: 0x8,
  /** SMBSHDWCMD. */
  shadowCommand: 0x9,
  /** SMBSLVEVT, two bytes. */
  slaveEvent: 0xa,
  /** SMBSLVDAT, two bytes. */
  slaveData: 0xc,
} as const;

/** Ports from the base on. */
export const PORTS = 16;

/** SMBHSTSTS. Writing ones clears all but HOST_BUSY. */
export const HostStatus = {
  busy: 0x01,
  /** A transaction has ended as it should. */
  interrupt: 0x02,
  deviceError: 0x04,
  busError: 0x08,
  failed: 0x10,
  /** Bits that interrupt. */
  interrupting: 0x1e,
} as const;

/** SMBHSTCNT. START reads as 0. */
export const HostControl = {
  interruptEnable: 0x01,
  kill: 0x02,
  protocolShift: 2,
  protocol: 7,
  start: 0x40,
  kept: 0x1f,
} as const;

/** SMB_CMD_PROT in SMBHSTCNT. Others are reserved. */
export const Protocol = { quick: 0, byte: 1, byteData: 2, wordData: 3, block: 5 } as const;

/** SMBHSTADD: the slave is to be read. */
export const READ = 0x01;

/** SMBSLVCNT: bits that can be written. */
export const SLAVE_CONTROL = 0x0f;

/** The most bytes of a block. */
export const BLOCK_BYTES = 32;

/** Duration of a transaction, whatever its length: four bytes with their acknowledges at 100 kHz, the bus's highest rate. */
export const TRANSACTION_NANOSECONDS = 360_000;
