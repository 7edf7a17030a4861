import { largest } from '../../inspect/largest.ts';
import { bold, clip, type Style, widthOf } from './style.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: true;
  cell(row: Row, style: Style): string;
}

/** A text table with a heading. Where the terminal is narrower the last column is cut. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], style: Style): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row, style)));
  const widths = columns.map(({ title }, n) => largest([title.length, ...cells.map((line) => widthOf(line[n]))]));
  const lines = cells.map((line) => joined(line, columns, widths, style));
  const heading = joined(
    columns.map(({ title }) => title),
    columns,
    widths,
    style,
  );
  return [bold(style, heading), ...lines].map((line) => `${line}\n`).join('');
}

function joined<Row>(
  cells: readonly string[],
  columns: readonly Column<Row>[],
  widths: readonly number[],
  style: Style,
): string {
  const padded = cells.map((cell, n) => {
    const space = ' '.repeat(widths[n] - widthOf(cell));
    return columns[n].right ? space + cell : cell + space;
  });
  const line = padded.join('  ').trimEnd();
  return widthOf(line) > style.width ? clip(line, style.width) : line;
}

/** `1,234,567`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `12.3 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `1.5 MB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;
}
