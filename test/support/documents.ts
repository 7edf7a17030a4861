import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** A page's text, by its path from the project's root. */
export const readPage = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Folders that have pages for readers. CHANGELOG.md is none of these: what it names may be gone. */
const folders = ['.', 'docs', 'docs/internals', 'docs/measurements', 'examples', 'bench', 'test/oracle/data'];

/** All pages for readers. */
export const pages: readonly string[] = folders
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md');

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** Number of its first line of text, from 1. */
  readonly line: number;
  /** The word after the opening fence. */
  readonly language: string;
  readonly text: string;
  /** The code that a comment in front of it gives to put around the block so that it compiles; `…` is the block's place. */
  readonly around: string;
  /** A program prints it into the page (`<!-- made: … -->`). */
  readonly isMade: boolean;
  /** Its output: an unnamed block that follows at once. */
  readonly output: string | undefined;
}

const FENCE = /^( *)```(.*)\n([\s\S]*?)^\1```$/gm;
const AROUND = /<!-- around:((?:(?!-->)[\s\S])*)-->\s*$/;
const OUTPUT = /^\n\n```\n([\s\S]*?)^```$/m;

/** The fenced blocks of a page. */
export function blocksOf(page: string, text = readPage(page)): Block[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const [whole, indentation, language, code] = match;
    const before = text.slice(0, match.index);
    const after = OUTPUT.exec(text.slice(match.index + whole.length));
    return {
      page,
      line: before.split('\n').length + 1,
      language,
      text: code.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
      around: AROUND.exec(before)?.[1].trim() ?? '…',
      isMade: before.lastIndexOf('<!-- made:') > before.lastIndexOf('<!-- end -->'),
      output: after?.index === 0 ? after[1] : undefined,
    };
  });
}

/** The page's text without what stands in fences. */
export function prose(page: string, text = readPage(page)): string {
  return text.replace(FENCE, '');
}
