import type { TerminalGrid } from './terminal-grid.ts';

/** Colors that a terminal has. */
export type TerminalColors = 'true' | '256';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A cell of the terminal. */
interface Cell {
  readonly character: string;
  /** Escape sequence that sets its colors. */
  readonly style: string;
}

const CSI = '\x1b[';
const BLANK: Cell = { character: ' ', style: `${CSI}0m` };

/** Draws grids on a terminal by escape sequences (ECMA-48, and xterm's for colors), only what has changed since the last. */
export class TerminalPainter {
  readonly #colors: TerminalColors;
  #size: TerminalSize;
  /** The cells that the terminal shows; none: they are not known. */
  #shown: Cell[] | null = null;

  constructor(size: TerminalSize, colors: TerminalColors) {
    this.#size = size;
    this.#colors = colors;
  }

  /** The terminal has another size, or shows something else: all is drawn again. */
  resize(size: TerminalSize): void {
    this.#size = size;
    this.#shown = null;
  }

  /** Sequences that make the terminal show the grid; a part of it with the cursor, where the terminal is smaller. */
  paint(grid: TerminalGrid): string {
    const { columns, rows } = this.#size;
    const first = firstRow(grid, rows);
    const cells = Array.from({ length: columns * rows }, (_, n) => {
      return this.#cellAt(grid, n % columns, first + Math.floor(n / columns));
    });
    const text = (this.#shown ? '' : `${CSI}0m${CSI}2J`) + changes(this.#shown, cells, columns);
    this.#shown = cells;
    return `${CSI}?25l${text}${CSI}0m${this.#cursor(grid, first)}`;
  }

  #cellAt(grid: TerminalGrid, column: number, row: number): Cell {
    if (column >= grid.columns || row >= grid.rows) return BLANK;
    const at = row * grid.columns + column;
    const blink = grid.blinking[at] ? `5;` : '';
    const [foreground, background] = [this.#color(grid.foreground[at]), this.#color(grid.background[at])];
    return { character: grid.characters[at], style: `${CSI}0;${blink}38;${foreground};48;${background}m` };
  }

  #color(rgb: number): string {
    const [red, green, blue] = [rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff];
    if (this.#colors === 'true') return `2;${red};${green};${blue}`;
    const [r, g, b] = [cubeStep(red), cubeStep(green), cubeStep(blue)];
    return `5;${16 + 36 * r + 6 * g + b}`;
  }

  #cursor({ cursor }: TerminalGrid, first: number): string {
    if (cursor === null || cursor.column >= this.#size.columns) return '';
    return `${CSI}${cursor.row - first + 1};${cursor.column + 1}H${CSI}?25h`;
  }
}

/** The first row of the grid that is shown, so that the cursor is. */
function firstRow({ rows, cursor }: TerminalGrid, shown: number): number {
  if (rows <= shown || cursor === null) return 0;
  return Math.min(Math.max(0, cursor.row - shown + 1), rows - shown);
}

/** Moves to what differs, and writes it; the style is repeated only where it changes. */
function changes(before: readonly Cell[] | null, cells: readonly Cell[], columns: number): string {
  let text = '';
  let style = '';
  let at = -1;
  cells.forEach((cell, n) => {
    const old = before?.[n] ?? BLANK;
    if (old.character === cell.character && old.style === cell.style) return;
    if (n !== at || n % columns === 0) text += `${CSI}${Math.floor(n / columns) + 1};${(n % columns) + 1}H`;
    if (cell.style !== style) text += cell.style;
    text += cell.character;
    ({ style } = cell);
    at = n + 1;
  });
  return text;
}

/** The nearest of the six levels 0, 95, 135, 175, 215 and 255 of xterm's color cube. */
function cubeStep(component: number): number {
  return component < 48 ? 0 : component < 115 ? 1 : Math.min(5, Math.floor((component - 35) / 40));
}
