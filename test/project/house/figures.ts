import { pages, readPage } from '../../support/documents.ts';
import { filesIn, type SourceFile } from '../../support/source-files.ts';
import { classesOf, longestChain, membersWith } from './classes.ts';
import { crumbs, importGraph, largestCircle, mutualFolders } from './imports.ts';

/** One figure of how the project reads: what is counted, how much there is of it, and what of it there is. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Names of what was counted, those that matter first. */
  readonly found: readonly string[];
}

/** A file with fewer lines, of one user, is a crumb. */
const CRUMB = 15;

/** A class of more is several things. */
const MOST_MEMBERS = 40;
const MOST_FIELDS = 15;

/** Figures of the product's code and of the pages. */
export function houseFigures(): Figure[] {
  const parts = ['translator', 'runtime', 'src'].flatMap((folder) => filesIn(folder, '.ts'));
  const graph = importGraph(parts);
  return [
    ...looseFiles(parts),
    counted('pairs of rooms of src that import each other', mutualFolders(graph, 'src')),
    counted('files in the largest circle of imports, types included', largestCircle(graph)),
    counted(`files of less than ${CRUMB} lines with one user`, crumbs(parts, graph, CRUMB)),
    ...shapes(parts),
    counted("members with the keyword 'private' outside of runtime/exec", keywordPrivate(parts)),
    counted("members with the keyword 'protected'", membersWith('protected', parts)),
    counted('docstrings that begin with "What", "Of" or "The same"', docstrings(parts)),
    counted('places where the translator reads meaning from text', textReaders(parts)),
    counted('files outside its folder that name the device edu', filesThatName(parts, 'edu')),
    counted('lists that hold the CPU feature abm', filesThatName(parts, 'abm')),
    counted('pages of more than 16 KB', longPages()),
  ];
}

const counted = (name: string, found: readonly string[]): Figure => ({ name, value: found.length, found });

function looseFiles(parts: readonly SourceFile[]): Figure[] {
  return ['src', 'src/node'].map((folder) => {
    const pattern = new RegExp(`^${folder}/[^/]+$`);
    return counted(
      `files directly in ${folder}`,
      parts.map(({ path }) => path).filter((path) => pattern.test(path)),
    );
  });
}

function shapes(parts: readonly SourceFile[]): Figure[] {
  const classes = classesOf(parts);
  const largest = (name: string, key: 'members' | 'fields'): Figure => {
    const sorted = classes.toSorted((a, b) => b[key] - a[key]);
    return { name, value: sorted[0]![key], found: sorted.slice(0, 8).map((c) => `${c.where} (${c[key]})`) };
  };
  const chain = longestChain(classes);
  const more = (key: 'members' | 'fields', most: number): Figure =>
    counted(
      `classes of more than ${most} ${key}`,
      classes.filter((shape) => shape[key] > most).map(({ where }) => where),
    );
  return [
    more('members', MOST_MEMBERS),
    more('fields', MOST_FIELDS),
    largest('members of the largest class', 'members'),
    largest('fields of the largest class', 'fields'),
    { name: 'classes in the longest chain of own ones', value: chain.length, found: chain },
  ];
}

/** In runtime/exec names with `#` take time (CONTRIBUTING.md). */
function keywordPrivate(parts: readonly SourceFile[]): string[] {
  const others = parts.filter(({ path }) => !path.startsWith('runtime/exec/'));
  return membersWith('private', others);
}

function docstrings(parts: readonly SourceFile[]): string[] {
  return parts.flatMap(({ path, text }) => {
    const begun = text.match(/\/\*\*\s+(?:\* )?(?:What|Of|The same)\b/g) ?? [];
    return begun.map(() => path);
  });
}

/** Comparisons with parts of names, and with mnemonics. */
const READS_TEXT = /\.(?:startsWith|endsWith|indexOf)\(['"`]|\bmnemonic [!=]== '|\.includes\('/g;

function textReaders(parts: readonly SourceFile[]): string[] {
  const translator = parts.filter(({ path }) => path.startsWith('translator/'));
  return translator.flatMap(({ path, text }) => (text.match(READS_TEXT) ?? []).map((match) => `${path}: ${match}`));
}

function filesThatName(parts: readonly SourceFile[], word: string): string[] {
  const pattern = new RegExp(`\\b${word}\\b`);
  return parts.filter(({ path, text }) => !path.includes(`/${word}/`) && pattern.test(text)).map(({ path }) => path);
}

/** Pages above this are two pages, or a record. */
const LONG_PAGE = 16 * 1024;

function longPages(): string[] {
  return pages
    .filter((page) => page !== 'bench/RESULTS.md')
    .map((page) => ({ page, bytes: Buffer.byteLength(readPage(page)) }))
    .filter(({ bytes }) => bytes > LONG_PAGE)
    .map(({ page, bytes }) => `${page} (${bytes})`);
}
