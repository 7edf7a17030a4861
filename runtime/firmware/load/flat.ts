import { VGA_WINDOW } from '../../devices/vga/modes.ts';
import { BootError, type BootState, bootRegisters, formatBytes } from './boot.ts';
import { FLAT_GDT_BYTES, FLAT_SELECTORS, flatGdt } from './flat-segments.ts';
import { HIGH_MEMORY_START } from './memory-map.ts';

const GDT_ADDRESS = 0x500;
const SEGMENT_BYTES = 0x10000;
const PARAGRAPH = 16;

/** Bare code, entered at its first byte; the stack is right below it, or at the end of its segment: for small guests made for a test. */
export interface FlatImage {
  readonly bytes: Uint8Array;
  /** Physical. */
  readonly address: number;
  readonly mode: BootState['mode'];
}

/** Boots bare code. Throws BootError where it does not fit, into memory or what its mode reaches. */
export function loadFlat({ bytes, address, mode }: FlatImage, memoryBytes: number): BootState {
  const end = address + bytes.length;
  if (end > memoryBytes)
    throw new BootError(
      `the code must be in the machine's ${formatBytes(memoryBytes)} of memory; give it a lower address`,
    );
  if (isIn(VGA_WINDOW.base, VGA_WINDOW.length, address, end))
    throw new BootError(
      'the code must not be at a0000 to bffff, where the display adapter is; give it another address',
    );
  return mode === 'real' ? loadReal(bytes, address) : loadProtected(bytes, address);
}

/** Whether any of the bytes [start, end) is one of so many at an address. */
function isIn(address: number, length: number, start: number, end: number): boolean {
  return start < address + length && end > address;
}

/** All segments are the first one if the code is in that, else one that begins with the paragraph of its address. */
function loadReal(bytes: Uint8Array, address: number): BootState {
  const end = address + bytes.length;
  // The last segment reaches further, but only where A20 is open.
  if (end > HIGH_MEMORY_START) throw new BootError('16-bit code must be below 1 MB; give it a lower address');
  const base = end <= SEGMENT_BYTES ? 0 : address - (address % PARAGRAPH);
  if (end - base > SEGMENT_BYTES) throw new BootError('16-bit code must be in one segment of 64 KB; give less of it');
  const selector = base / PARAGRAPH;
  // At an offset of 0 the stack begins at the segment's end.
  const registers = bootRegisters({ eip: address - base, esp: base === 0 ? address : 0 });
  return { mode: 'real', writes: [{ address, bytes }], registers, selectors: { code: selector, data: selector } };
}

function loadProtected(bytes: Uint8Array, address: number): BootState {
  if (isIn(GDT_ADDRESS, FLAT_GDT_BYTES, address, address + bytes.length))
    throw new BootError(
      `the code must not be at ${GDT_ADDRESS.toString(16)}, where its descriptor table is; give it another address`,
    );
  const gdt = { base: GDT_ADDRESS, limit: FLAT_GDT_BYTES - 1 };
  const registers = bootRegisters({ eip: address, esp: address });
  return {
    mode: 'flat32',
    writes: [flatGdt(GDT_ADDRESS), { address, bytes }],
    registers,
    selectors: FLAT_SELECTORS,
    gdt,
  };
}
