import { describe, expect, test } from 'vitest';
import { classesOf, longestChain, membersWith } from './house/classes.ts';
import { houseFigures } from './house/figures.ts';
import { crumbs, importGraph, largestCircle, mutualFolders } from './house/imports.ts';

const source = (path: string, ...lines: string[]) => ({ path, text: lines.join('\n') });

describe('what is counted', () => {
  test('classes: members, fields, and chains', () => {
    const classes = classesOf([
      source(
        'a.ts',
        'class A { x = 1; static y = 2; constructor() {} get z() { return 1; } set z(v) {} #p() {} p() {} }',
      ),
      source('b.ts', 'class B extends A { q = 2; }', 'class C extends B {}', 'class D extends Map {}'),
    ]);
    expect(classes.map(({ where, members, fields }) => [where, members, fields])).toEqual([
      ['a.ts: A', 4, 1],
      ['b.ts: B', 1, 1],
      ['b.ts: C', 0, 0],
      ['b.ts: D', 0, 0],
    ]);
    expect(longestChain(classes)).toEqual(['A', 'B', 'C']);
  });

  test('members with a keyword: neither constructors nor those whose name is private', () => {
    const files = [
      source('a.ts', 'class A {', '  private constructor() {}', '  private readonly x = 1;', '  readonly #y = 2;', '}'),
      source('b.ts', 'class B {', '  protected override get z(): number {', '    return 3;', '  }', '}'),
      source('c.ts', '/**', ' * private and', ' * protected things', ' */', 'const protected = 1;'),
    ];
    expect(membersWith('private', files)).toEqual(['a.ts: private readonly x']);
    expect(membersWith('protected', files)).toEqual(['b.ts: protected override get z']);
  });

  test('imports: circles, folders that import each other, crumbs', () => {
    const files = [
      source('src/a/one.ts', "import { two } from '../b/two.ts';", "import { four } from './four.ts';"),
      source('src/b/two.ts', "import type { Three } from './three.ts';"),
      source('src/b/three.ts', "import { one } from '../a/one.ts';"),
      source('src/a/four.ts', 'export const four = 4;'),
    ];
    const graph = importGraph(files);
    expect([...largestCircle(graph)].sort()).toEqual(['src/a/one.ts', 'src/b/three.ts', 'src/b/two.ts']);
    expect(mutualFolders(graph, 'src')).toEqual(['a b']);
    expect(crumbs(files, graph, 2)).toContain('src/a/four.ts');
  });
});

/** Upper bounds: the figures of today. A change that brings one down writes the new figure here. */
const most: Readonly<Record<string, number>> = {
  'files directly in src': 4,
  'files directly in src/node': 4,
  'pairs of rooms of src that import each other': 4,
  'files in the largest circle of imports, types included': 11,
  'files of less than 15 lines with one user': 16,
  'classes of more than 40 members': 21,
  'classes of more than 15 fields': 13,
  'members of the largest class': 75,
  'fields of the largest class': 26,
  'classes in the longest chain of own ones': 3,
  "members with the keyword 'private' outside of runtime/exec": 0,
  "members with the keyword 'protected'": 66,
  'docstrings that begin with "What", "Of" or "The same"': 0,
  'places where the translator reads meaning from text': 17,
  'files outside its folder that name the device edu': 3,
  'lists that hold the CPU feature abm': 2,
  'pages of more than 16 KB': 5,
};

test.each(houseFigures().map((figure) => [figure.name, figure] as const))('%s: no more than before', (name, figure) => {
  expect(most[name], `${name}: npm run house -- --list`).toBeDefined();
  expect(figure.value, figure.found.join('\n')).toBeLessThanOrEqual(most[name]!);
});
