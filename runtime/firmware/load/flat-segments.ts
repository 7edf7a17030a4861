import type { BootWrite } from './boot.ts';
import { LOW_MEMORY_END } from './memory-map.ts';

/** ESP at a kernel's entry. It sets up a stack of its own, but some call before that, and an early fault must not destroy anything. */
export const STACK_TOP = 0x8000;

/** Selectors that the Linux 32-bit boot protocol asks for (__BOOT_CS, __BOOT_DS); Multiboot leaves them open. */
export const FLAT_SELECTORS = { code: 0x10, data: 0x18 } as const;

/** Descriptors of 4 GB, 32-bit, DPL 0 segments, accessed bit set (Intel SDM vol. 3, 3.4.5): code and data. */
const FLAT_CODE = 0x00cf9b000000ffffn;
const FLAT_DATA = 0x00cf93000000ffffn;

export const FLAT_GDT_BYTES = 32;

/** The descriptor table after `FLAT_SELECTORS`. */
export function flatGdt(address: number): BootWrite {
  const view = new DataView(new ArrayBuffer(FLAT_GDT_BYTES));
  view.setBigUint64(FLAT_SELECTORS.code, FLAT_CODE, true);
  view.setBigUint64(FLAT_SELECTORS.data, FLAT_DATA, true);
  return { address, bytes: new Uint8Array(view.buffer) };
}

const BDA = 0x400;
const EBDA_SEGMENT_FIELD = 0x0e;
const LOW_KILOBYTES_FIELD = 0x13;

/**
 * The few fields of the BIOS data area that kernels read when no BIOS ran: ports of COM1-COM4 (only COM1 is set),
 * segment of the extended BIOS data area, KB of conventional memory.
 */
export function biosDataArea(): BootWrite {
  const view = new DataView(new ArrayBuffer(0x100));
  view.setUint16(0, 0x3f8, true);
  view.setUint16(EBDA_SEGMENT_FIELD, LOW_MEMORY_END >>> 4, true);
  view.setUint16(LOW_KILOBYTES_FIELD, LOW_MEMORY_END >>> 10, true);
  return { address: BDA, bytes: new Uint8Array(view.buffer) };
}
