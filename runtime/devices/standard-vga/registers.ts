/** The adapter on PCI, with QEMU's numbers. */
export const Id = {
  vendorId: 0x1234,
  deviceId: 0x1111,
  revision: 2,
  classCode: 0x030000,
} as const;

/** Bytes of video memory, as QEMU's adapter has by default. */
export const MEMORY_BYTES = 16 << 20;
