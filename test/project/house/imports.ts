import { importsOf, type SourceFile } from '../../support/source-files.ts';

/** Files by path, with those that they import, types included. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

export function importGraph(files: readonly SourceFile[]): ImportGraph {
  const known = new Set(files.map(({ path }) => path));
  const targets = (file: SourceFile) => [...new Set(importsOf(file).map(({ target }) => target))];
  return new Map(files.map((file) => [file.path, targets(file).filter((target) => known.has(target))]));
}

/** The largest set of files of which each imports each other by way of others (Tarjan's strongly connected components). */
export function largestCircle(graph: ImportGraph): readonly string[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  let largest: readonly string[] = [];
  const visit = (path: string): void => {
    index.set(path, index.size);
    low.set(path, index.get(path)!);
    stack.push(path);
    for (const target of graph.get(path)!) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(path, Math.min(low.get(path)!, low.get(target)!));
    }
    if (low.get(path) !== index.get(path)) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > largest.length) largest = circle;
  };
  for (const path of graph.keys()) if (!index.has(path)) visit(path);
  return largest;
}

/** Pairs of folders of a part of the project of which each has files that import the other's. */
export function mutualFolders(graph: ImportGraph, part: string): readonly string[] {
  const folderOf = (path: string) => (path.startsWith(`${part}/`) ? path.split('/').slice(1, -1)[0] : undefined);
  const arrows = new Set<string>();
  for (const [path, targets] of graph) {
    for (const target of targets) {
      const [from, to] = [folderOf(path), folderOf(target)];
      if (from !== undefined && to !== undefined && from !== to) arrows.add(`${from} ${to}`);
    }
  }
  return [...arrows].filter((arrow) => {
    const [from, to] = arrow.split(' ') as [string, string];
    return from < to && arrows.has(`${to} ${from}`);
  });
}

/** Each chip has these files, however short: one knows where to look. */
const PART_OF_CHIP = /^runtime\/devices\/[^/]+\/(state|registers)\.ts$/;

/** Short files that one other file imports: they may be a part of it. */

export function crumbs(files: readonly SourceFile[], graph: ImportGraph, lines: number): readonly string[] {
  const users = new Map<string, number>();
  for (const targets of graph.values()) for (const target of targets) users.set(target, (users.get(target) ?? 0) + 1);
  const short = files.filter(({ text }) => text.trimEnd().split('\n').length < lines);
  return short.map(({ path }) => path).filter((path) => users.get(path) === 1 && !PART_OF_CHIP.test(path));
}
