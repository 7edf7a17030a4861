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
export const Outcome = { passed: 0, failed: 1, phaseError: 2 } as const;

/** As QEMU's, which systems know. */
export const Id = { vendor: 0x46f4, product: 0x0001 } as const;
export const STRINGS = ['rawiron', 'USB disk'] as const;
export const UNIT = { vendor: 'RAWIRON', product: 'USB DISK', revision: '1.0' } as const;
/** Twelve digits at least (4.1.1). */
export const DEFAULT_SERIAL = '000000000001';
