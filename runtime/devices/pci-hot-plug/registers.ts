/** QEMU, docs/specs/acpi_pci_hotplug.rst: doublewords from this port on, which only whole accesses reach. A bit stands for a slot. */
export const BASE_PORT = 0xae00;
export const PORT_COUNT = 0x18;

export const Register = {
  /** Slots in which something was plugged; reading clears it. */
  up: 0x00,
  /** Slots whose devices the system is asked to let go of. */
  down: 0x04,
  /** Written: the device of the slot of the lowest bit is let go of. Reads as 0: no features. */
  eject: 0x08,
  /** Slots whose devices can be pulled out, and empty ones. */
  removable: 0x0c,
  /** The bus that the others are about. */
  bus: 0x10,
  /** The number that the device in the slot that was written is to have in the system. No device has one. */
  deviceNumber: 0x14,
} as const;

/** Number of buses that can be asked about. There is one, 0. */
export const BUSES = 256;
