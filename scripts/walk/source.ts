import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/**
 * A declaration out of a source file: from the line that starts with `start` to the first one that ends it, at the same
 * indentation. Throws if there is no such line, so that a text that quotes it is not forgotten when it is renamed.
 */
export function quote(path: string, start: string): string {
  const lines = readFileSync(new URL(path, root), 'utf8').split('\n');
  const first = lines.findIndex((line) => line.trimStart().startsWith(start));
  if (first < 0) throw new Error(`${path} has no line that starts with "${start}": adapt scripts/walk`);
  const indent = lines[first].length - lines[first].trimStart().length;
  const isEnd = (line: string) => /[;,]$|^\s*\}$/.test(line) && line.length - line.trimStart().length === indent;
  const length = lines.slice(first).findIndex(isEnd);
  return lines
    .slice(first, first + length + 1)
    .map((line) => line.slice(indent))
    .join('\n');
}
