import { BootError, type BootState, bootRegisters, formatBytes } from './boot.ts';
import { FLAT_GDT_BYTES, FLAT_SELECTORS, flatGdt } from './flat-segments.ts';

const GDT_ADDRESS = 0x500;
const SEGMENT_BYTES = 0x10000;
/** Real mode reaches further by its last segment, but only where A20 is open. */
const REAL_MODE_BYTES = 0x100000;

/** Bare code, entered at its first byte with the stack right below it: for small guests made for a test. */
export interface FlatImage {
  readonly bytes: Uint8Array;
  /** Physical. */
  readonly address: number;
  readonly mode: BootState['mode'];
}

/** Boots bare code. Throws BootError where it does not fit, into memory or what real mode reaches. */
export function loadFlat({ bytes, address, mode }: FlatImage, memoryBytes: number): BootState {
  if (address + bytes.length > memoryBytes)
    throw new BootError(
      `the code must be in the machine's ${formatBytes(memoryBytes)} of memory; give it a lower address`,
    );
  return mode === 'real' ? loadReal(bytes, address) : loadProtected(bytes, address);
}

/** All segments are the one of 64 KB that the address is in, of those that begin at multiples of 64 KB. */
function loadReal(bytes: Uint8Array, address: number): BootState {
  if (address + bytes.length > REAL_MODE_BYTES)
    throw new BootError('16-bit code must be below 1 MB; give it a lower address');
  const offset = address % SEGMENT_BYTES;
  const selector = (address - offset) / 16;
  const registers = bootRegisters({ eip: offset, esp: offset });
  return { mode: 'real', writes: [{ address, bytes }], registers, selectors: { code: selector, data: selector } };
}

function loadProtected(bytes: Uint8Array, address: number): BootState {
  const gdt = { base: GDT_ADDRESS, limit: FLAT_GDT_BYTES - 1 };
  const writes = [flatGdt(GDT_ADDRESS), { address, bytes }];
  return {
    mode: 'flat32',
    writes,
    registers: bootRegisters({ eip: address, esp: address }),
    selectors: FLAT_SELECTORS,
    gdt,
  };
}
