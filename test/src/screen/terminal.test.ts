import { describe, expect, test } from 'vitest';
import { decodeMode } from '../../../src/screen/mode.ts';
import { TerminalPainter } from '../../../src/screen/terminal.ts';
import { gridOfImage, gridOfText, type TerminalGrid } from '../../../src/screen/terminal-grid.ts';
import { textCells } from '../../../src/screen/text-cells.ts';
import { text80, withCrtc } from '../../oracle/display/modes.ts';
import { Random } from '../../support/random.ts';
import { ScreenRig } from './rig.ts';

/** Understands what painters write: moves, styles, clearing, the cursor. */
class Terminal {
  readonly columns: number;
  readonly rows: number;
  cells: string[] = [];
  cursor: [row: number, column: number] | null = null;
  /** Characters written, blanks and all. */
  written = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.cells = new Array(columns * rows).fill('?');
  }

  write(text: string): void {
    let [at, style] = [0, ''];
    // Escape as a sign that expressions may hold.
    for (const [token] of text.replaceAll('\x1b', '␛').matchAll(/␛\[[?\d;]*[A-Za-z]|[^␛]/gu)) {
      if (/^␛\[[\d;]*m$/.test(token)) style = token.slice(2, -1);
      else if (token === '␛[2J') this.cells.fill(` ${style}`);
      else if (token === '␛[?25l') this.cursor = null;
      else if (token === '␛[?25h') this.cursor = [Math.floor(at / this.columns), at % this.columns];
      else if (token.endsWith('H') && token.length > 1) {
        const [row, column] = token.slice(2, -1).split(';').map(Number);
        at = (row! - 1) * this.columns + column! - 1;
      } else if (token.startsWith('␛')) throw new Error(`unknown ${JSON.stringify(token)}`);
      else {
        this.cells[at++] = token + style;
        this.written++;
      }
    }
  }
}

function textGrid(rig: ScreenRig): TerminalGrid {
  return gridOfText(textCells(decodeMode(rig.registers), rig.registers, rig.memory.bytes), rig.registers);
}

const size = { columns: 90, rows: 30 };

describe('a text screen on a terminal', () => {
  test('has characters of code page 437 as Unicode, with colors of the palette, and the cursor', () => {
    const rig = new ScreenRig(withCrtc(text80, { 15: 82 }));
    rig.cell(0, 0xc9, 0x17);
    const terminal = new Terminal(90, 30);
    terminal.write(new TerminalPainter(size, 'true').paint(textGrid(rig)));
    const red = (color: number): number => (color << 2) | ((color & 1) * 3);
    expect(terminal.cells[0]).toBe(`╔0;38;2;${red(7)};0;7;48;2;${red(1)};0;7`);
    expect(terminal.cells[80]).toBe(' 0');
    expect(terminal.cursor).toEqual([1, 2]);
  });

  test('blinks where the screen does', () => {
    const rig = new ScreenRig({ ...text80, attribute: text80.attribute.map((value, n) => (n === 16 ? 8 : value)) });
    rig.cell(0, 65, 0x87);
    const terminal = new Terminal(90, 30);
    terminal.write(new TerminalPainter(size, '256').paint(textGrid(rig)));
    expect(terminal.cells[0]).toMatch(/^A0;5;38;5;\d+;48;5;\d+$/);
  });

  test('of fewer lines shows those with the cursor', () => {
    const rig = new ScreenRig(withCrtc(text80, { 14: 1800 >> 8, 15: 1800 & 255 }));
    rig.cell(1760, 66, 7);
    const terminal = new Terminal(40, 10);
    terminal.write(new TerminalPainter({ columns: 40, rows: 10 }, 'true').paint(textGrid(rig)));
    expect([terminal.cells[9 * 40]![0], terminal.cursor]).toEqual(['B', null]);
  });

  test('is changed where it differs, so that it is what a new terminal shows', () => {
    const rig = new ScreenRig(text80);
    const painter = new TerminalPainter(size, '256');
    const terminal = new Terminal(90, 30);
    const random = new Random(1);
    for (let round = 0; round < 50; round++) {
      for (let n = 0; n < 5; n++) rig.cell(random.below(2000), random.below(256), random.word() & 0x77);
      terminal.write(painter.paint(textGrid(rig)));
      if (round === 0) terminal.written = 0;
    }
    expect(terminal.written).toBeLessThanOrEqual(49 * 5);
    const other = new Terminal(90, 30);
    other.write(new TerminalPainter(size, '256').paint(textGrid(rig)));
    expect(terminal.cells).toEqual(other.cells);
    painter.resize(size);
    terminal.written = 0;
    terminal.write(painter.paint(textGrid(rig)));
    expect([terminal.written > 1900, terminal.cells]).toEqual([true, other.cells]);
  });
});

test('a picture is halves of characters, as large as fits, in mean colors', () => {
  const data = new Uint8ClampedArray(4 * 64 * 32).fill(255);
  for (let n = 0; n < 4 * 64 * 16; n += 4) data.set([200, 100, n % 8 === 0 ? 0 : 100], n);
  const grid = gridOfImage({ width: 64, height: 32, data }, { columns: 32, rows: 30 });
  expect([grid.columns, grid.rows, grid.characters[0], grid.cursor]).toEqual([32, 8, '▀', null]);
  expect([grid.foreground[0], grid.background[0], grid.foreground[32 * 4]]).toEqual([0xc86432, 0xc86432, 0xffffff]);
});
