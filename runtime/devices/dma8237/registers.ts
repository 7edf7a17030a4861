/** Intel 8237A data sheet (231466), "Register description"; ports and pages: Intel 82371AB (PIIX4) data sheet, 4.2.1. */
export const Port = { first: 0x00, second: 0xc0, pages: 0x80 } as const;

/** Registers of a controller; those of the second are two ports apart. 0-7: address and count of channels 0-3. */
export const Register = {
  /** Status on reads. */
  command: 8,
  request: 9,
  singleMask: 10,
  mode: 11,
  clearFlipFlop: 12,
  /** The temporary register on reads. */
  masterClear: 13,
  clearMask: 14,
  allMasks: 15,
} as const;

export const Command = { disable: 0x04 } as const;

/** A mode register; bits 0-1 select the channel in a write. */
export const Mode = {
  transfer: 0x0c,
  write: 0x04,
  read: 0x08,
  autoinitialise: 0x10,
  decrement: 0x20,
  kind: 0xc0,
  cascade: 0xc0,
} as const;

/** Offset from 0x80 of the page register of each channel 0-7; that of channel 4 is the refresh page. */
export const PAGE_REGISTERS = [0x7, 0x3, 0x1, 0x2, 0xf, 0xb, 0x9, 0xa] as const;
export const PAGE_REGISTER_COUNT = 16;
