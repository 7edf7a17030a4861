import { describe, expect, test } from 'vitest';
import { translate } from '../../translator/translate.ts';
import { randomCode } from '../support/random-code.ts';
import { randomFrom, stateKeys } from '../support/samples.ts';
import { childrenOf, filesIn, nodesOf, parseSource, type SourceFile, type Tree } from '../support/source-files.ts';

/** Methods that change the object they are called on. */
const CHANGING = /^(set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)$/;

/** Names that a module declares for all of it. */
function moduleNames(tree: Tree): { names: Set<string>; variables: string[] } {
  const names = new Set<string>();
  const variables: string[] = [];
  for (const item of childrenOf(tree)) {
    const declaration = item.type === 'ExportNamedDeclaration' ? ((item.declaration as Tree | null) ?? item) : item;
    if (declaration.type !== 'VariableDeclaration') continue;
    for (const declarator of declaration.declarations as Tree[]) {
      const id = declarator.id as Tree;
      if (id.type === 'Identifier') names.add(id.name as string);
      if (declaration.kind !== 'const') variables.push(`${id.name}`);
    }
  }
  return { names, variables };
}

/** The name that a chain of members begins with: `a` of `a.b[c].d`. */
function baseName(node: Tree): string | undefined {
  if (node.type === 'MemberExpression') return baseName(node.object as Tree);
  return node.type === 'Identifier' ? (node.name as string) : undefined;
}

/** The name whose value a node changes, if it does. */
function changedName(node: Tree): string | undefined {
  if (node.type === 'AssignmentExpression') return baseName(node.left as Tree);
  if (node.type === 'UpdateExpression') return baseName(node.argument as Tree);
  if (node.type !== 'CallExpression') return undefined;
  const callee = node.callee as Tree;
  if (callee.type !== 'MemberExpression' || callee.computed) return undefined;
  return CHANGING.test((callee.property as Tree).name as string) ? baseName(callee.object as Tree) : undefined;
}

const isFunction = (node: Tree): boolean => /Function/.test(node.type);

/** Functions of a module, but for those that it only uses to make its tables. */
function functionsOf(tree: Tree): Tree[] {
  const items = childrenOf(tree).filter((item) => item.type !== 'ExpressionStatement');
  return items.flatMap((item) => [...nodesOf(item)].filter(isFunction));
}

/** Module-level state that functions of the module change, and module-level variables. */
function moduleState(file: SourceFile): string[] {
  const tree = parseSource(file);
  const { names, variables } = moduleNames(tree);
  const changed = new Set<string>(variables);
  for (const node of functionsOf(tree)) {
    for (const inner of nodesOf(node)) {
      const name = changedName(inner);
      if (name !== undefined && names.has(name) && !shadows(node, name)) changed.add(name);
    }
  }
  for (const name of [...names].filter((n) => instances(tree).has(n))) changed.add(name);
  return [...changed].map((name) => `${file.path}: ${name}`);
}

/** Names of objects of the module's own classes. */
function instances(tree: Tree): Set<string> {
  const nodes = [...nodesOf(tree)];
  const classes = nodes.flatMap((node) => (node.type === 'ClassDeclaration' ? [(node.id as Tree).name] : []));
  const made = nodes.filter(({ type, init }) => {
    return type === 'VariableDeclarator' && classes.includes(((init as Tree | null)?.callee as Tree | undefined)?.name);
  });
  return new Set(made.map((node) => (node.id as Tree).name as string));
}

/** Whether a function has a variable or parameter of that name. */
function shadows(node: Tree, name: string): boolean {
  return [...nodesOf(node)].some((inner) => {
    if (inner.type === 'VariableDeclarator') return (inner.id as Tree).name === name;
    return isFunction(inner) && (inner.params as Tree[]).some((parameter) => parameter.name === name);
  });
}

describe('module state', () => {
  test('is found', () => {
    const text = `let count = 0;
      const cache = new Map(); const table = [1]; const limits = { most: 1 }; const fine = new Set();
      for (const n of table) fine.add(n);
      table.forEach((n) => { fine.add(n); });
      class Counter {}
      const counter = new Counter();
      export function f() { cache.set(1, 2); table[0]++; limits.most = 2; }
      export const g = (fine) => fine.add(1);`;
    expect(moduleState({ path: 'x', text }).sort()).toEqual([
      'x: cache',
      'x: count',
      'x: counter',
      'x: limits',
      'x: table',
    ]);
  });

  test('the translator has none', () => {
    expect(filesIn('translator', '.ts').flatMap(moduleState)).toEqual([]);
  });
});

test('the same code gives the same text, whatever was translated in between', () => {
  const options = { suffix: '', memoryBytes: 1 << 20, pacing: 'poll', callDepth: 100, records: 16 } as const;
  const random = randomFrom(31);
  const sources = stateKeys.map((key) => randomCode(random, key));
  const textOf = (source: (typeof sources)[number], entry: number) =>
    translate({ source, entries: [source.starts[entry]], limits: { blocks: 16, instructions: 100 }, options })?.text;
  const all = () => sources.map((source) => [textOf(source, 0), textOf(source, 9), textOf(source, 50)]);
  const first = all();
  expect(first.flat().filter((text) => text !== undefined).length).toBeGreaterThan(12);
  sources.reverse();
  expect(all().reverse()).toEqual(first);
});
