import { bytes, describe, flag, integer, type StateOf, u8, u16 } from '../../snapshot/describe.ts';
import { integerField } from '../../snapshot/fields.ts';
import { vgaFields } from '../vga/state.ts';
import { GRAPHICS_COUNT, SEQUENCER_COUNT } from './registers.ts';

/** The longest line that a BitBLT can have from the system, in bytes. */
export const LINE_BYTES = 0x2000;

/** A BitBLT whose source the processor writes. */
const transferState = describe({
  isActive: flag,
  /** The graphics registers when it began. */
  registers: bytes(GRAPHICS_COUNT),
  /** Lines that are done, and bytes of the next one that have come. */
  line: u16,
  filled: integer(0, LINE_BYTES),
  buffer: bytes(LINE_BYTES),
});

export type TransferState = StateOf<typeof transferState>;

export const cirrusState = describe({
  ...vgaFields,
  sequencerIndex: u8,
  sequencer: bytes(SEQUENCER_COUNT),
  graphicsIndex: u8,
  graphics: bytes(GRAPHICS_COUNT),
  /** Registers 0 and 1 of the graphics controller with all their bits, of which the VGA has four. */
  background: u8,
  foreground: u8,
  cursorX: integerField('0-2047', 0, 2047),
  cursorY: integerField('0-2047', 0, 2047),
  /** Colors that only the cursor has: the first and the last are used. */
  cursorPalette: bytes(48),
  hiddenDac: u8,
  /** Reads of the DAC's mask in a row: after four of them the hidden register is there. */
  maskReads: integerField('0-4', 0, 4),
  transfer: transferState,
});

export type CirrusState = StateOf<typeof cirrusState>;
