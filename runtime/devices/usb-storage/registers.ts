import type { UsbSpeed } from '../../usb/packets.ts';

/** USB Mass Storage Class, Bulk-Only Transport, revision 1.0. */
export const STORAGE_CLASS = [8, 6, 0x50] as const;
export const ClassRequest = { reset: 0xff, mostUnits: 0xfe } as const;

export const [IN_ENDPOINT, OUT_ENDPOINT] = [1, 2];
/** Bytes of their packets (USB 2.0, 5.8.3). */
export const packetBytes: Readonly<Record<UsbSpeed, number>> = { full: 64, high: 512 };

/** The block that brings a command (5.1), and the one that ends it (5.2). */
export const CommandBlock = {
  bytes: 31,
  signature: 0x43425355,
  tag: 4,
  length: 8,
  flags: 12,
  unit: 13,
  commandLength: 14,
  command: 15,
} as const;
export const StatusBlock = { bytes: 13, signature: 0x53425355, tag: 4, residue: 8, status: 12 } as const;
export const COMMAND_BYTES = 16;
export const Outcome = { passed: 0, failed: 1, phaseError: 2 } as const;

/** Commands of SCSI (SPC-3 and SBC-2). */
export const Operation = {
  testUnitReady: 0x00,
  requestSense: 0x03,
  read6: 0x08,
  write6: 0x0a,
  inquiry: 0x12,
  modeSense6: 0x1a,
  startStop: 0x1b,
  preventRemoval: 0x1e,
  formatCapacities: 0x23,
  readCapacity10: 0x25,
  read10: 0x28,
  write10: 0x2a,
  verify10: 0x2f,
  synchronize10: 0x35,
  modeSense10: 0x5a,
  read16: 0x88,
  write16: 0x8a,
  synchronize16: 0x91,
  serviceIn16: 0x9e,
  reportUnits: 0xa0,
  read12: 0xa8,
  write12: 0xaa,
} as const;
export const READ_CAPACITY_16 = 0x10;

/** Why a command failed: sense key, and additional code (SPC-3, 4.5.6). */
export const Sense = {
  none: 0x000000,
  noMedium: 0x023a00,
  readError: 0x031100,
  writeError: 0x030c00,
  unknownCommand: 0x052000,
  outOfRange: 0x052100,
  invalidField: 0x052400,
  noUnit: 0x052500,
  writeProtected: 0x072700,
  /** SBC-3, "Thin provisioned logical units": there is no room for what is written. Systems do not ask again, as they do after a write error. */
  spaceFull: 0x072707,
} as const;

export const [CACHING_PAGE, ALL_PAGES] = [0x08, 0x3f];

/** As QEMU's, which systems know. */
export const Id = { vendor: 0x46f4, product: 0x0001 } as const;
export const STRINGS = ['rawiron', 'USB disk'] as const;
/** Twelve digits at least (4.1.1). */
export const DEFAULT_SERIAL = '000000000001';
