import { BootError, type BootState, bootRegisters, formatBytes } from './boot.ts';
import { FLAT_GDT_BYTES, FLAT_SELECTORS, flatGdt } from './flat-segments.ts';

const GDT_ADDRESS = 0x500;
/** Where the display adapter is, and no memory. */
const DISPLAY = { start: 0xa0000, end: 0xc0000 };
const SEGMENT_BYTES = 0x10000;
const PARAGRAPH = 16;
/** Real mode reaches further by its last segment, but only where A20 is open. */
const REAL_MODE_BYTES = 0x100000;

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
  if (address < DISPLAY.end && end > DISPLAY.start)
    throw new BootError(
      'the code must not be at a0000 to bffff, where the display adapter is; give it another address',
    );
  return mode === 'real' ? loadReal(bytes, address) : loadProtected(bytes, address);
}

/** All segments are the first one if the code is in that, else one that begins with the paragraph of its address. */
function loadReal(bytes: Uint8Array, address: number): BootState {
  const end = address + bytes.length;
  if (end > REAL_MODE_BYTES) throw new BootError('16-bit code must be below 1 MB; give it a lower address');
  const base = end <= SEGMENT_BYTES ? 0 : address - (address % PARAGRAPH);
  if (end - base > SEGMENT_BYTES) throw new BootError('16-bit code must be in one segment of 64 KB; give less of it');
  const selector = base / PARAGRAPH;
  // At an offset of 0 the stack begins at the segment's end.
  const registers = bootRegisters({ eip: address - base, esp: base === 0 ? address : 0 });
  return { mode: 'real', writes: [{ address, bytes }], registers, selectors: { code: selector, data: selector } };
}

function loadProtected(bytes: Uint8Array, address: number): BootState {
  const table = { address: GDT_ADDRESS, end: GDT_ADDRESS + FLAT_GDT_BYTES };
  if (address < table.end && address + bytes.length > table.address)
    throw new BootError(`the code must not be at 500, where its descriptor table is; give it another address`);
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
