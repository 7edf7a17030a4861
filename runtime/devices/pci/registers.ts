/** PCI Local Bus Specification 2.2, 3.2.2.3.2 "Configuration mechanism #1". */
export const Port = { address: 0xcf8, data: 0xcfc } as const;

/** The address register: enable bit, bus, device, function, register (a multiple of 4). */
export const Address = { enable: 0x80000000, busMask: 0xff0000, functionShift: 8, registerMask: 0xfc } as const;

/** The type 0 header (6.1 to 6.2.5). */
export const Header = {
  vendorId: 0x00,
  deviceId: 0x02,
  command: 0x04,
  status: 0x06,
  revision: 0x08,
  classCode: 0x09,
  cacheLineSize: 0x0c,
  latencyTimer: 0x0d,
  headerType: 0x0e,
  baseAddress: 0x10,
  subsystemVendorId: 0x2c,
  subsystemId: 0x2e,
  romAddress: 0x30,
  /** Where the list of capabilities begins. */
  capabilities: 0x34,
  interruptLine: 0x3c,
  interruptPin: 0x3d,
} as const;

/** Subsystem IDs by which a guest recognizes QEMU's devices (docs/specs/pci-ids.rst). */
export const Subsystem = { vendor: 0x1af4, device: 0x1100 } as const;

export const CONFIG_BYTES = 256;

export const Command = { io: 0x0001, memory: 0x0002, master: 0x0004, parity: 0x0040, serr: 0x0100 } as const;

/** Status: there is a list of capabilities (6.2.3 and 6.7). */
export const HAS_CAPABILITIES = 0x0010;
/** Status bits that writing ones clears. */
export const STATUS_CLEARABLE = 0xf900;

/** HeaderType: the device has more than this function. */
export const MULTIFUNCTION = 0x80;

/** Bit 0 of a base address register. */
export const BAR_IO = 1;
/** Bits 2-1 of one of memory whose address has 64 bits. */
export const BAR_WIDE = 4;
/** Bit 3 of one of memory. */
export const BAR_PREFETCHABLE = 8;
/** Bit 0 of the expansion ROM's. */
export const ROM_ENABLED = 1;
