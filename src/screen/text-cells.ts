import type { ScreenRegisters } from '../../runtime/devices/vga/picture.ts';
import { Attribute, AttributeMode, Crtc, CursorStart } from '../../runtime/devices/vga/registers.ts';
import { ADDRESS_BYTES, VGA_MASK } from '../../runtime/devices/vga/scan.ts';
import { codePage437 } from '../../runtime/firmware/code-page-437.ts';
import type { ScreenMode } from './mode.ts';

/** The characters of a text screen, line by line. */
export interface TextCells {
  readonly columns: number;
  readonly rows: number;
  readonly characters: Uint8Array;
  readonly attributes: Uint8Array;
  /** Index of the cell that the cursor is in; -1 if it is not shown. */
  readonly cursor: number;
}

/** A cell is two bytes in planes 0 and 1. The cells of the rows whose first line is on the screen. */
export function textCells(mode: ScreenMode, registers: ScreenRegisters, memory: Uint8Array): TextCells {
  const columns = mode.width / mode.cellWidth;
  const starts = rowStarts(mode);
  const characters = new Uint8Array(columns * starts.length);
  const attributes = new Uint8Array(columns * starts.length);
  const cursorAt = cursorAddress(registers);
  let cursor = -1;
  starts.forEach((start, row) => {
    for (let column = 0; column < columns; column++) {
      const at = (start + column * ADDRESS_BYTES) & VGA_MASK;
      characters[row * columns + column] = memory[at];
      attributes[row * columns + column] = memory[at + 1];
      if (at === cursorAt) cursor = row * columns + column;
    }
  });
  return { columns, rows: starts.length, characters, attributes, cursor };
}

/** Where rows of characters begin in memory. */
function rowStarts({ addresses, rows }: ScreenMode): number[] {
  const starts: number[] = [];
  addresses.forEach((address, y) => {
    if (y === 0 || address !== addresses[y - 1] || (rows[y] === 0 && rows[y - 1] !== 0)) starts.push(address);
  });
  return starts;
}

/** Offset in memory of the cursor's cell; -1 if the cursor is off. */
export function cursorAddress({ crtc }: ScreenRegisters): number {
  if ((crtc[Crtc.cursorStart] & CursorStart.disabled) !== 0) return -1;
  return (((crtc[Crtc.cursorHigh] << 8) | crtc[Crtc.cursorLow]) * ADDRESS_BYTES) & VGA_MASK;
}

/** Colors of an attribute, by their numbers. Bit 7 makes a character blink, or its background bright. */
export function textColors(
  attribute: number,
  registers: ScreenRegisters,
): { foreground: number; background: number; blinks: boolean } {
  const mayBlink = (registers.attribute[Attribute.mode] & AttributeMode.blink) !== 0;
  const background = (attribute >> 4) & (mayBlink ? 7 : 15);
  return { foreground: attribute & 15, background, blinks: mayBlink && attribute >= 0x80 };
}

/** The text in Unicode, without blanks at the ends of lines. */
export function textOf({ columns, rows, characters }: TextCells): string {
  return Array.from({ length: rows }, (_, row) => {
    const line = characters.subarray(row * columns, (row + 1) * columns);
    return Array.from(line, (code) => codePage437[code])
      .join('')
      .trimEnd();
  }).join('\n');
}
