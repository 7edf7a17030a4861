import { describe, expect, test } from 'vitest';
import { pages, prose, readPage } from '../support/documents.ts';

const COLUMNS = 130;

/** Lines of a page's prose: without code, tables, headings and comments for programs. */
const proseLines = (page: string): string[] =>
  prose(page)
    .replace(/<!--[\s\S]*?-->/g, '')
    .split('\n')
    .filter((line) => !/^\s*(\||#)/.test(line));

/** A word with more columns than a line has, such as a long address, can't be broken. */
const isBreakable = (line: string): boolean => line.trim().split(' ').length > 3;

/** Pages that people write; the benchmark prints its own. */
const written = pages.filter((page) => page !== 'bench/RESULTS.md');

describe.each(written)('%s', (page) => {
  test('has lines that fit into a window', () => {
    expect(proseLines(page).filter((line) => line.length > COLUMNS && isBreakable(line))).toEqual([]);
  });
});

/** The most bytes of pages that must stay short. */
const bounds: readonly (readonly [pattern: RegExp, bytes: number])[] = [
  [/^README\.md$/, 8_000],
  [/^ARCHITECTURE\.md$/, 8_000],
  [/^docs\/internals\//, 12_288],
];

describe.each(pages.filter((page) => bounds.some(([pattern]) => pattern.test(page))))('%s', (page) => {
  test('is short', () => {
    const [, most] = bounds.find(([pattern]) => pattern.test(page))!;
    expect(Buffer.byteLength(readPage(page))).toBeLessThanOrEqual(most);
  });
});

test('README has 110 lines at most', () => {
  expect(readPage('README.md').split('\n').length).toBeLessThanOrEqual(110);
});
