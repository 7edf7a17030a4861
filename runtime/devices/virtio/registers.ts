/** Virtual I/O Device (VIRTIO) 1.2, OASIS; chapters in parentheses. */

/** Devices by their types (5), with the device number of their transitional PCI function (4.1.2.1) and QEMU's class code. */
export const Kind = {
  network: { type: 1, deviceId: 0x1000, classCode: 0x020000 },
  block: { type: 2, deviceId: 0x1001, classCode: 0x010000 },
  console: { type: 3, deviceId: 0x1003, classCode: 0x078000 },
  entropy: { type: 4, deviceId: 0x1005, classCode: 0x00ff00 },
  balloon: { type: 5, deviceId: 0x1002, classCode: 0x00ff00 },
  ninep: { type: 9, deviceId: 0x1009, classCode: 0x000200 },
} as const;

export const VENDOR = 0x1af4;

/** Device status (2.1). */
export const Status = {
  acknowledge: 0x01,
  driver: 0x02,
  driverOk: 0x04,
  featuresOk: 0x08,
  needsReset: 0x40,
  failed: 0x80,
} as const;

/** Features of all devices, as numbers of bits (6). */
export const Feature = { anyLayout: 27, indirect: 28, eventIndex: 29, version1: 32 } as const;

/** ISR status (4.1.4.5). */
export const Isr = { queue: 0x01, config: 0x02 } as const;

/** Structures in memory, each a page of base address register 4, and the types of their capabilities (4.1.4). */
export const MEMORY_BAR = 4;
export const MEMORY_BYTES = 0x4000;
export const Structure = {
  common: { type: 1, offset: 0x0000, length: 0x38 },
  isr: { type: 3, offset: 0x1000, length: 1 },
  device: { type: 4, offset: 0x2000, length: 0x1000 },
  notify: { type: 2, offset: 0x3000, length: 0x1000 },
} as const;

/** The capability by which configuration space reaches the base address registers. */
export const ACCESS_CAPABILITY = 5;

/** Bytes between the notification addresses of two queues. */
export const NOTIFY_MULTIPLIER = 4;

/** The common configuration structure (4.1.4.3): offsets. */
export const Common = {
  deviceFeatureSelect: 0x00,
  deviceFeature: 0x04,
  driverFeatureSelect: 0x08,
  driverFeature: 0x0c,
  configVector: 0x10,
  queues: 0x12,
  status: 0x14,
  generation: 0x15,
  queueSelect: 0x16,
  queueSize: 0x18,
  queueVector: 0x1a,
  queueEnable: 0x1c,
  queueNotifyOffset: 0x1e,
  /** Three addresses of 64 bits: descriptors, driver area, device area. */
  queueAddresses: 0x20,
  end: 0x38,
} as const;

/** No interrupt message. */
export const NO_VECTOR = 0xffff;

/** The legacy interface: ports of base address register 0 (4.1.4.10). */
export const LEGACY_PORTS = 128;
export const Legacy = {
  deviceFeatures: 0,
  driverFeatures: 4,
  queuePage: 8,
  queueSize: 12,
  queueSelect: 14,
  queueNotify: 16,
  status: 18,
  isr: 19,
  config: 20,
} as const;

/** The legacy interface has addresses of queues in pages, and aligns the device area to them. */
export const LEGACY_PAGE_SHIFT = 12;

/** With MSI-X two words come before the device's configuration. */
export const LegacyVector = { config: 20, queue: 22, end: 24 } as const;

/** Where the table of interrupt messages is. */
export const MSIX_BAR = 1;

/** A descriptor of a split ring (2.7.5), and its flags. */
export const Descriptor = { bytes: 16, next: 1, write: 2, indirect: 4 } as const;

/** Flag of the driver area: no interrupts are wanted (2.7.6). */
export const NO_INTERRUPT = 1;

/** The driver area and the device area begin with flags and index, 16 bits each; then come their entries (2.7.6, 2.7.8). */
export const Ring = { index: 2, entries: 4, availableBytes: 2, usedBytes: 8, eventBytes: 2 } as const;
