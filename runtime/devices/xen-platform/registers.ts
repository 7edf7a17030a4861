/** The device's numbers: those of XenSource. */
export const Id = {
  vendorId: 0x5853,
  deviceId: 0x0001,
  subsystemVendorId: 0x5853,
  subsystemId: 0x0001,
  classCode: 0xff8000,
  revision: 1,
};

/** Ports and memory of its base address registers. Guests put the grant table into the memory, of which the beginning is there. */
export const BAR_PORTS = 0x100;
export const MEMORY_BYTES = 16 << 20;
export const SHARED_BYTES = 256 << 10;

/** Ports that are always at the same place: `protocol` also takes the number of the guest's product. */
export const FixedPort = { unplug: 0x10, protocol: 0x12 } as const;
export const MAGIC = 0x49d2;
export const PROTOCOL = 1;

/** Kinds of emulated devices: IDE disks, network cards, IDE disks but the first, NVMe disks. */
export const Unplug = { disks: 1, cards: 2, furtherDisks: 4, nvme: 8, all: 0xf } as const;
