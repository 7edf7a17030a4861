import { type Grid, makeGrid, type Row } from './grid.ts';
import { remarks } from './remarks.ts';
import type { Results } from './results.ts';

const INDENT = '  ';

/** The results for a terminal: the table, and below it what is to be said. */
export function tableText(results: Results): string {
  const { settings, base, host } = results;
  const caption =
    `Milliseconds for the same work in the guest, median of ${settings.runs}; ` +
    `speed, ${base} being 1. ${host.cpu}, ${host.cores} cores.`;
  return [caption, '', ...gridLines(makeGrid(results)), '', ...remarks(results), ''].join('\n');
}

/** A grid as lines of equal columns. */
export function gridLines({ engines, sections }: Grid): string[] {
  const rows = sections.flatMap((section) => section.rows);
  const titleWidth = Math.max(...rows.map(({ title }) => title.length), 0) + INDENT.length;
  const widths = engines.map((engine, column) => columnWidths(engine, rows, column));
  const line = (title: string, texts: readonly string[]) => `${title.padEnd(titleWidth)}${texts.join('')}`.trimEnd();
  const header = engines.map((engine, n) => engine.padStart(widths[n].time + widths[n].ratio));
  const rowLine = ({ title, places }: Row) =>
    line(
      INDENT + title,
      places.map(({ time, ratio }, n) => time.padStart(widths[n].time) + ratio.padStart(widths[n].ratio)),
    );
  return [line('', header), ...sections.flatMap(({ title, rows: own }) => [title, ...own.map(rowLine)])];
}

/** Widths of a column's two parts, with the space in front of each. */
function columnWidths(engine: string, rows: readonly Row[], column: number): { time: number; ratio: number } {
  const time = Math.max(...rows.map(({ places }) => places[column].time.length)) + 3;
  const ratio = Math.max(...rows.map(({ places }) => places[column].ratio.length)) + 1;
  return { time: Math.max(time, engine.length + 3 - ratio), ratio };
}
