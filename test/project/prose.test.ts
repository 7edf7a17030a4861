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

/** Phrases that leave a reader guessing, each with words that don't. */
const riddles: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\banew\b/, 'again'],
  [/\bbut for\b/, 'except'],
  [/\b(is|are|was|were|be|been) told of\b/, 'learns of, or gets'],
  [/\b(is|are|was|were) come to\b/, 'has reached'],
  [/\bby turns\b/, 'in turns, or alternately'],
  [/^(What|Who|Whoever)\b.*[^?]$/, 'a noun as the subject'],
  [/^Of\b/, 'a noun as the subject'],
  [/(?<!each )\bof (which|whom) (?!\d)/, 'a sentence of its own'],
];

/** A page without the text that programs print into it. */
const withoutMade = (text: string): string => text.replace(/<!-- made: [\s\S]*?<!-- end -->/g, '');

/** The sentences of a page's prose, list items and cells of tables, each in one line. */
function sentencesOf(text: string): string[] {
  const plain = prose('', withoutMade(text))
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^#.*$/gm, '\n');
  return plain
    .split(/\n\s*\n|^\s*(?:[-*]|\d+\.)\s+|(?<!\\)\|/m)
    .map((part) => part.trim().replace(/\s+/g, ' ').replace(/^\*\*/, ''))
    .flatMap((part) => part.split(/(?<=[.:;?!]\**) (?=[A-Z`])/))
    .filter((sentence) => sentence !== '');
}

function riddlesIn(text: string): string[] {
  return sentencesOf(text).flatMap((sentence) =>
    riddles.filter(([pattern]) => pattern.test(sentence)).map(([, instead]) => `${sentence} (better: ${instead})`),
  );
}

/** Records keep the words in which they were written, and so do releases that have ended. */
const changes = readPage('CHANGELOG.md')
  .split(/^(?=## )/m)
  .slice(0, 2)
  .join('');
const plainPages = written.filter((page) => !page.startsWith('docs/measurements/'));

test.each(plainPages)('%s has sentences with a noun as their subject, and none of the phrases', (page) => {
  expect(riddlesIn(readPage(page))).toEqual([]);
});

test('so has the newest release of the changelog', () => {
  expect(riddlesIn(changes)).toEqual([]);
});

test.each([
  'It is made anew.',
  'All are there but for\none.',
  'The guest is told of it.',
  'It stays where it is come to.',
  'They run by turns.',
  'It ends. What is not needed is left out.',
  '- Whoever asks gets it.',
  '| a | Of a NaN it tells only half. |',
  'There is much code, of which none is frequent.',
])('a riddle is found: %j', (text) => {
  expect(riddlesIn(`# Title\n\n${text}\n`)).toHaveLength(1);
});

test.each([
  'What is a region?',
  'Two of these. Often.',
  'It has 4 MB, of which 3 are free.',
  '# What it costs',
  '```\nWhat a line\n```',
])('no riddle: %j', (text) => {
  expect(riddlesIn(`${text}\n`)).toEqual([]);
});

/** The most bytes of pages that must stay short. */
const bounds: readonly (readonly [pattern: RegExp, bytes: number])[] = [
  [/^README\.md$/, 8_000],
  [/^ARCHITECTURE\.md$/, 8_000],
  // More than half of it is printed by the code.
  [/^docs\/internals\/one-block\.md$/, 13_312],
  [/^docs\/internals\//, 12_288],
];

describe.each(pages.filter((page) => bounds.some(([pattern]) => pattern.test(page))))('%s', (page) => {
  test('is short', () => {
    const [, most] = bounds.find(([pattern]) => pattern.test(page))!;
    expect(Buffer.byteLength(readPage(page))).toBeLessThanOrEqual(most);
  });
});

/** Pages for users; figures of the benchmark are for looking up. */
const forUsers = pages.filter((page) => /^docs\/[\w-]+\.md$/.test(page) && page !== 'docs/benchmarks.md');

test.each(forUsers)('%s has 16 KB at most that people write', (page) => {
  expect(Buffer.byteLength(withoutMade(readPage(page)))).toBeLessThanOrEqual(16_384);
});

test('README has 110 lines at most', () => {
  expect(readPage('README.md').split('\n').length).toBeLessThanOrEqual(110);
});
