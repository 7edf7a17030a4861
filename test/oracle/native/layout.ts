/** Where things are while a vector runs: the same on the host (harness.c) and in the emulated machine. */
export const PAGE = 4096;
/** A page of INT3 with the instruction under test in it. */
export const CODE = 0x4000;
/** Offset of the instruction in the code page. */
export const INSTRUCTION = 0x800;
/** The only page of data. */
export const DATA = 0x8000;
/** From here to the end of the page the data are addresses in the code page, for indirect transfers. */
export const TARGETS = 0xe00;

/** Registers that a vector doesn't name, in the order of their encodings. */
export const defaultRegisters: readonly number[] = [
  0x13579bdf,
  0x2468ace0,
  0x5a3cc3a5,
  0x0ff0f00f | 0,
  DATA + 0x700,
  DATA + 0x900,
  DATA + 0x400,
  DATA + 0x600,
];

/** Selectors that 32-bit programs have on Linux, which vectors may store: ES CS SS DS FS GS. */
export const selectors: readonly number[] = [0x2b, 0x23, 0x2b, 0x2b, 0, 0x63];
