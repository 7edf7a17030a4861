/** Intel ICH9 data sheet (316972), 15 "SATA controller registers (D31:F2)": Intel's ICH9 with six ports. */
export const Id = { vendorId: 0x8086, deviceId: 0x2922, revision: 2, classCode: 0x010601 } as const;

/** Base address registers: index and data ports (15.1.17), and the registers in memory (15.1.18). */
export const INDEX_BAR = 4;
export const INDEX_BYTES = 32;
export const IndexPort = { index: 0x10, data: 0x14 } as const;
export const MEMORY_BAR = 5;
export const MEMORY_BYTES = 0x1000;

/** MSI (15.1.26), the address map with its mode (15.1.29: AHCI), and the SATA capability (15.1.40), which names the index ports. */
export const MSI_AT = 0x80;
export const ADDRESS_MAP = { at: 0x90, ahci: 0x40 } as const;
export const SATA_CAPABILITY = {
  at: 0xa8,
  id: 0x12,
  revision: 0x10,
  /** The base address register, counted from 10h on in words of 32 bits; and where the index port is there, in such words. */
  location: 0x48,
} as const;

export const PORTS = 6;
export const SLOTS = 32;

/** Serial ATA Advanced Host Controller Interface 1.3.1, 3.1 "Generic host control". */
export const Host = { capabilities: 0x00, control: 0x04, status: 0x08, ports: 0x0c, version: 0x10 } as const;

/** CAP (3.1.1) as QEMU's: 64-bit addresses, queued commands, AHCI only, 1.5 Gb/s, 32 slots, six ports. */
export const CAPABILITIES = (0xc0140000 | ((SLOTS - 1) << 8) | (PORTS - 1)) >>> 0;
/** VS (3.1.5): 1.0. */
export const VERSION = 0x00010000;

/** GHC (3.1.2). */
export const Control = { reset: 0x00000001, interrupts: 0x00000002, ahci: 0x80000000 } as const;

/** Registers of the ports (3.3): where the first port's are, and how many bytes a port has. */
export const FIRST_PORT = 0x100;
export const PORT_BYTES = 0x80;

/** Offsets in a port's registers. */
export const PortRegister = {
  commandList: 0x00,
  commandListUpper: 0x04,
  received: 0x08,
  receivedUpper: 0x0c,
  interruptStatus: 0x10,
  interruptEnable: 0x14,
  command: 0x18,
  taskFile: 0x20,
  signature: 0x24,
  status: 0x28,
  control: 0x2c,
  error: 0x30,
  active: 0x34,
  issue: 0x38,
} as const;

/** Alignment of the structures in bytes; the address registers have no bits below it (3.3.1, 3.3.3). */
export const Alignment = { commandList: 1024, received: 256 } as const;

/** PxIS (3.3.5). */
export const Interrupt = {
  registers: 1 << 0,
  pioSetup: 1 << 1,
  deviceBits: 1 << 3,
  overflow: 1 << 24,
  interfaceFatal: 1 << 27,
  hostBusFatal: 1 << 29,
  taskFile: 1 << 30,
} as const;
/** Bits of PxIE that can be written (3.3.6). */
export const INTERRUPTS = 0xfdc000ff;

/** PxCMD (3.3.7). */
export const PortCommand = {
  start: 1 << 0,
  spinUp: 1 << 1,
  powerOn: 1 << 2,
  receive: 1 << 4,
  slotShift: 8,
  receives: 1 << 14,
  runs: 1 << 15,
  /** Bits that keep what is written. The override of the command list is not among them, because CAP says that there is none. */
  writable: 0x0f820017,
} as const;
export const SPINNING = PortCommand.spinUp | PortCommand.powerOn;

/** PxTFD and PxSIG (3.3.8, 3.3.9) where no drive has told anything since the reset. */
export const NO_TASK_FILE = 0x7f;
export const NO_SIGNATURE = 0xffffffff;

/** PxSSTS (3.3.10): a drive at 1.5 Gb/s, active; the interface is off line. */
export const LinkStatus = { none: 0, active: 0x113, offLine: 0x4 } as const;
/** PxSCTL (3.3.11): what DET asks for. */
export const Detection = { mask: 0xf, none: 0, reset: 1, offLine: 4 } as const;
/** PxSERR (3.3.12): the drive did not take a FIS; the host bus or the list is not as it must be. */
export const LinkError = { protocol: 1 << 10, internal: 1 << 11, handshake: 1 << 22 } as const;

/** A command header (4.2.2): the length of the FIS in words of 32 bits, flags, entries of the region table, its bytes moved, the table. */
export const Header = {
  bytes: 32,
  lengthMask: 0x1f,
  atapi: 1 << 5,
  clearBusy: 1 << 10,
  entriesShift: 16,
  moved: 4,
  table: 8,
} as const;

/** A command table (4.2.3): the FIS, the packet of ATAPI, the table of physical regions. */
export const Table = { alignment: 128, packet: 0x40, regions: 0x80 } as const;

/** A physical region (4.2.3.3): its address, and its bytes less one in 22 bits. */
export const Region = { bytes: 16, count: 12, countMask: 0x3fffff } as const;

/** The received FISes (4.2.1), by their offsets. */
export const Received = { pioSetup: 0x20, registers: 0x40, deviceBits: 0x58 } as const;
