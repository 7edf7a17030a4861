/** QEMU's manual, docs/specs/edu.rst ("PCI specs"); its class is 00ffh, as QEMU has it. */
export const Pci = { vendorId: 0x1234, deviceId: 0x11e8, revision: 0x10, classCode: 0x00ff00 } as const;
/** Bytes of the registers in memory. */
export const MEMORY_BYTES = 0x100000;
/** Where the capability for interrupts by messages stands in configuration space. */
export const MSI_AT = 0x40;

/** "MMIO area spec". */
export const Register = {
  identification: 0x00,
  liveness: 0x04,
  factorial: 0x08,
  status: 0x20,
  interrupts: 0x24,
  raise: 0x60,
  acknowledge: 0x64,
  source: 0x80,
  destination: 0x88,
  count: 0x90,
  command: 0x98,
} as const;
/** Major and minor version, and the device's name. */
export const IDENTIFICATION = 0x010000ed;
export const Status = { computing: 0x01, interrupts: 0x80 } as const;
export const Command = { start: 0x01, toMemory: 0x02, interrupts: 0x04 } as const;
/** Bits of `interrupts` that the device sets by itself. */
export const Interrupt = { factorial: 0x001, transfer: 0x100 } as const;

/** "DMA controller": where transfers find the buffer of the device, and its bytes. */
export const Buffer = { start: 0x40000, bytes: 4096 } as const;
/** Addresses that the device reaches, unless it is told otherwise: 28 bits. */
export const DMA_MASK = 0x0fffffff;
