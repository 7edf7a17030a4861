import { type BootState, bootRegisters } from './boot.ts';
import { FLAT_GDT_BYTES, FLAT_SELECTORS, flatGdt } from './flat-segments.ts';

const GDT_ADDRESS = 0x500;
const REAL_MODE_SELECTOR = 0;

/** Boots bare code, entered at its first byte with the stack right below it: for small guests made for a test. */
export function loadFlat(bytes: Uint8Array, address: number, mode: BootState['mode']): BootState {
  const image = { address, bytes };
  const registers = bootRegisters({ eip: address, esp: address });
  if (mode === 'real') {
    return { mode, writes: [image], registers, selectors: { code: REAL_MODE_SELECTOR, data: REAL_MODE_SELECTOR } };
  }
  const gdt = { base: GDT_ADDRESS, limit: FLAT_GDT_BYTES - 1 };
  return { mode, writes: [flatGdt(GDT_ADDRESS), image], registers, selectors: FLAT_SELECTORS, gdt };
}
