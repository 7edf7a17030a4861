import { largest } from '../../inspect/largest.ts';
import { type Style, widthOf } from './style.ts';

/** Wide enough to read where the terminal says nothing. */
const USUAL_WIDTH = 160;
const GAP = '  ';

/** Texts side by side, one row of them above the other: the first columns as wide as they need, the last one the rest. */
export function sideBySide(rows: readonly (readonly (readonly string[])[])[]): string {
  const columns = largest(rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, n) => largest(rows.flatMap((row) => row[n]?.map(widthOf) ?? [])));
  return rows.map((row) => rowText(row, widths)).join('');
}

function rowText(row: readonly (readonly string[])[], widths: readonly number[]): string {
  const height = largest(row.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) => {
    const cells = row.map((cell, n) => {
      const text = cell[line] ?? '';
      return text + ' '.repeat(widths[n] - widthOf(text));
    });
    return `${cells.join(GAP).trimEnd()}\n`;
  }).join('');
}

/** Width of the last column beside others. */
export function remainingWidth({ width }: Style, others: readonly number[]): number {
  const all = Number.isFinite(width) ? width : USUAL_WIDTH;
  const used = others.reduce((sum, n) => sum + n + GAP.length, 0);
  return Math.max(30, all - used);
}

/** Emitted JavaScript in lines of about this width, broken after statements and braces. */
export function wrapStatements(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of text.split('\n').flatMap((piece) => piece.split(/(?<=[;{}])/))) {
    if (line !== '' && line.length + part.length > width) {
      lines.push(line);
      line = '';
    }
    line += part;
  }
  return line === '' ? lines : [...lines, line];
}
