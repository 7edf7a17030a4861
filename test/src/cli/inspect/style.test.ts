import { expect, test } from 'vitest';
import { fitted } from '../../../../src/cli/inspect/screen.ts';
import { bold, clip, terminalStyle, widthOf } from '../../../../src/cli/inspect/style.ts';
import { type Column, table } from '../../../../src/cli/inspect/table.ts';

const terminal = { isTTY: true, columns: 20 } as NodeJS.WriteStream;
const pipe = {} as NodeJS.WriteStream;

test('colours and a width on a terminal only, and no colours where they are not wanted', () => {
  expect(terminalStyle(terminal, {})).toEqual({ colours: true, width: 20 });
  expect(terminalStyle(terminal, { NO_COLOR: '1' })).toEqual({ colours: false, width: 20 });
  expect(terminalStyle(terminal, { TERM: 'dumb' }).colours).toBe(false);
  expect(terminalStyle(terminal, { COLUMNS: '50' }).width).toBe(50);
  expect(terminalStyle(pipe, {})).toEqual({ colours: false, width: Infinity });
});

test('a table: numbers to the right, colours without width, lines no wider than the terminal', () => {
  const rows = [
    { n: 5, name: 'first' },
    { n: 1234, name: 'a name that is much too long' },
  ];
  const style = { colours: true, width: 20 };
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { title: 'N', right: true, cell: ({ n }) => bold(style, String(n)) },
    { title: 'NAME', cell: ({ name }) => name },
  ];
  const lines = table(columns, rows, style).trimEnd().split('\n');
  expect(lines.map(widthOf)).toEqual([10, 11, 20]);
  expect(lines[1]).toBe(`   ${bold(style, '5')}  first`);
  expect(lines[2]).toMatch(/^1234 {2}a name that i…$/);
  expect(clip('short', 20)).toBe('short');
});

test('what is shown again and again has room on the screen', () => {
  expect(fitted('a line that is long\nb\nc\nd\n', 10, 4)).toBe('a line th…\nb\nc\n');
  expect(fitted('a\nb', 10, 1)).toBe('a\n');
});

test('a table of very many rows', () => {
  const rows = Array.from({ length: 200_000 }, (_, n) => n);
  const text = table([{ title: 'N', cell: String }], rows, { colours: false, width: Infinity });
  expect(text.split('\n')).toHaveLength(200_002);
});
