/** QEMU, docs/specs/acpi_cpu_hotplug.rst, with the ports of its pc. */
export const BASE_PORT = 0xaf00;
/** Ports of the bitmap of earlier systems; those below take its place. */
export const BITMAP_PORTS = 0x20;
export const PORT_COUNT = 12;

/** Offsets of ports. Flags, commands and data belong to the selected processor. */
export const Register = {
  /** Written: the processor that the others are about. */
  selector: 0x0,
  /** Read: the upper half of the command's data. */
  dataHigh: 0x0,
  flags: 0x4,
  /** Written: the command, which says what the data is. */
  command: 0x5,
  data: 0x8,
} as const;

/** Bits of the flags. Writing the ones of events clears these. */
export const Flag = {
  present: 0x01,
  inserting: 0x02,
  removing: 0x04,
  /** Written: it is ejected. */
  eject: 0x08,
  /** Written: firmware is to eject it. */
  firmwareEjects: 0x10,
} as const;

export const Command = {
  /** Selects the next processor that something happened to; data reads as its number. */
  nextEvent: 0,
  /** Data takes the event and the status of _OST. */
  ostEvent: 1,
  ostStatus: 2,
  /** Data reads as the ID of the processor's local APIC. */
  localId: 3,
} as const;
export const LAST_COMMAND = 3;
