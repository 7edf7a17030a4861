import type { ScreenRegisters } from '../../runtime/devices/vga/picture.ts';
import { codePage437 } from '../../runtime/firmware/code-page-437.ts';
import { palette16 } from './colors.ts';
import type { ScreenImage } from './renderer.ts';
import { type TextCells, textColors } from './text-cells.ts';

/** Characters for a terminal, line by line. */
export interface TerminalGrid {
  readonly columns: number;
  readonly rows: number;
  readonly characters: readonly string[];
  /** Colors of each: red in bits 16-23, green, blue in bits 0-7. */
  readonly foreground: Int32Array;
  readonly background: Int32Array;
  readonly blinking: Uint8Array;
  /** Where the cursor is shown; null: nowhere. */
  readonly cursor: { readonly column: number; readonly row: number } | null;
}

/** A text screen as it is. */
export function gridOfText(cells: TextCells, registers: ScreenRegisters): TerminalGrid {
  const { columns, rows, characters, attributes, cursor } = cells;
  const palette = Int32Array.from(palette16(registers), terminalColor);
  const colors = Array.from(attributes, (attribute) => textColors(attribute, registers));
  return {
    columns,
    rows,
    characters: Array.from(characters, (code) => codePage437[code]),
    foreground: Int32Array.from(colors, ({ foreground }) => palette[foreground]),
    background: Int32Array.from(colors, ({ background }) => palette[background]),
    blinking: Uint8Array.from(colors, ({ blinks }) => (blinks ? 1 : 0)),
    cursor: cursor < 0 ? null : { column: cursor % columns, row: Math.floor(cursor / columns) },
  };
}

/** A picture, two of its (averaged) pixels in each character, made as large as fits. */
export function gridOfImage(image: ScreenImage, terminal: { columns: number; rows: number }): TerminalGrid {
  const scale = Math.min(terminal.columns / image.width, (2 * terminal.rows) / image.height);
  const columns = Math.max(1, Math.round(image.width * scale));
  const rows = Math.max(1, Math.round((image.height * scale) / 2));
  const half = (n: number, lower: number): number =>
    averageColor(image, (n % columns) / columns, (2 * Math.floor(n / columns) + lower) / (2 * rows), columns, 2 * rows);
  const length = columns * rows;
  return {
    columns,
    rows,
    characters: new Array(length).fill('▀'),
    foreground: Int32Array.from({ length }, (_, n) => half(n, 0)),
    background: Int32Array.from({ length }, (_, n) => half(n, 1)),
    blinking: new Uint8Array(length),
    cursor: null,
  };
}

/** The average color of one of `columns` by `lines` fields, at x and y (0 to 1). */
function averageColor(
  { width, height, data }: ScreenImage,
  x: number,
  y: number,
  columns: number,
  lines: number,
): number {
  const [left, top] = [Math.floor(x * width), Math.floor(y * height)];
  const [right, bottom] = [Math.ceil(left + width / columns), Math.ceil(top + height / lines)];
  const sum = [0, 0, 0];
  let count = 0;
  for (let line = top; line < Math.min(bottom, height); line++) {
    for (let dot = left; dot < Math.min(right, width); dot++, count++) {
      for (let component = 0; component < 3; component++) sum[component] += data[4 * (line * width + dot) + component];
    }
  }
  const [red, green, blue] = sum.map((total) => Math.round(total / Math.max(count, 1)));
  return (red << 16) | (green << 8) | blue;
}

/** From a word of an image. */
function terminalColor(word: number): number {
  return ((word & 0xff) << 16) | (word & 0xff00) | ((word >> 16) & 0xff);
}
