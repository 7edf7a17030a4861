import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { type Node as AcornNode, parse } from 'acorn';

const root = join(import.meta.dirname, '../..');

/** A file of the project, by its path from the project's root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export function filesIn(folder: string, ending: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => posix.join(folder, entry.parentPath.slice(join(root, folder).length), entry.name))
    .sort()
    .map((path) => readSource(path));
}

export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** Any node of a syntax tree, seen as its properties. */
export type Tree = AcornNode & Record<string, unknown>;

/** Syntax tree of a file, its types blanked out; types that are imported are no longer seen. */
export function parseSource({ text }: SourceFile): Tree {
  return parse(stripTypeScriptTypes(text), { ecmaVersion: 'latest', sourceType: 'module' }) as AcornNode as Tree;
}

export function childrenOf(node: Tree): Tree[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isTree));
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && typeof (value as Tree).type === 'string';
}

/** A node and all below it. */
export function* nodesOf(node: Tree): Generator<Tree> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesOf(child);
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the project's root, or the specifier of a package. */
  readonly target: string;
  /** Gone when the program runs. */
  readonly isType: boolean;
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(type\s)?[^;'"]*?from\s*['"]([^'"]+)['"]/g;
const BARE_IMPORT = /(?:^|\n)import\s*['"]([^'"]+)['"]/g;
const DYNAMIC_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]/g;
/** A query tells a bundler how the file is to be made. */
const MODULE_URL = /new URL\(\s*['"]([^'"?]+)(?:\?[a-z-]+)?['"],\s*import\.meta\.url/g;

/** All that a file names of other modules, also by type, dynamically, or by URL. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const found = (pattern: RegExp) => [...text.matchAll(pattern)];
  const imports = found(IMPORT).map(([, type, specifier]) => ({ specifier, isType: type !== undefined }));
  const others = [BARE_IMPORT, DYNAMIC_IMPORT, MODULE_URL].flatMap(found);
  return [...imports, ...others.map(([, specifier]) => ({ specifier, isType: false }))].map((i) => ({
    ...i,
    target: i.specifier.startsWith('.') ? posix.join(dirname(path), i.specifier) : i.specifier,
  }));
}

const DECLARATIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'CatchClause']);

/** Names that a file declares, in any scope. */
export function declaredNames(tree: Tree): Set<string> {
  const names = new Set<string>();
  for (const node of nodesOf(tree)) {
    if (node.type === 'VariableDeclarator' || /^(Function|Class)(Declaration|Expression)$/.test(node.type)) {
      addPattern(names, node.id as Tree | null);
    }
    if (DECLARATIONS.has(node.type)) {
      for (const parameter of (node.params as Tree[]) ?? [node.param]) addPattern(names, parameter);
    }
    if (/^Import(Default|Namespace)?Specifier$/.test(node.type)) addPattern(names, node.local as Tree);
  }
  return names;
}

/** Names bound by a pattern: an identifier, or what is in brackets and braces. */
function addPattern(names: Set<string>, pattern: Tree | null): void {
  if (!pattern) return;
  if (pattern.type === 'Identifier') names.add(pattern.name as string);
  else if (pattern.type === 'Property') addPattern(names, pattern.value as Tree);
  else if (pattern.type === 'AssignmentPattern') addPattern(names, pattern.left as Tree);
  else for (const child of childrenOf(pattern)) addPattern(names, child);
}

/** Names that a file uses and declares nowhere: globals. */
export function globalNames(file: SourceFile): string[] {
  const tree = parseSource(file);
  const declared = declaredNames(tree);
  const used = new Set<string>();
  collectUses(tree, used);
  return [...used].filter((name) => !declared.has(name)).sort();
}

/** Keys that are names, not uses, unless they are computed. */
const keys: Record<string, string> = {
  MemberExpression: 'property',
  Property: 'key',
  MethodDefinition: 'key',
  PropertyDefinition: 'key',
};
const withoutUses = /^(Import.*|ExportSpecifier|BreakStatement|ContinueStatement|MetaProperty)$/;

function collectUses(node: Tree, used: Set<string>): void {
  if (node.type === 'Identifier') used.add(node.name as string);
  if (withoutUses.test(node.type)) return;
  const key = keys[node.type];
  for (const child of childrenOf(node)) {
    if (key === undefined || node.computed || child !== node[key]) collectUses(child, used);
  }
}
