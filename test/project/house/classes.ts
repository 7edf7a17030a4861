import { nodesOf, parseSource, type SourceFile, type Tree } from '../../support/source-files.ts';

/** A class of the project, as its shape is counted. */
export interface ClassShape {
  /** File and name. */
  readonly where: string;
  readonly name: string;
  /** The class that it extends, if it is one with a name. */
  readonly parent: string | undefined;
  /** Methods, accessors (one for a pair) and fields. */
  readonly members: number;
  /** Fields that instances have. */
  readonly fields: number;
}

/** All classes of some files. */
export function classesOf(files: readonly SourceFile[]): ClassShape[] {
  const withClasses = files.filter(({ text }) => /\bclass \w/.test(text));
  return withClasses.flatMap((file) =>
    [...nodesOf(parseSource(file))].filter(isNamedClass).map((node) => shapeOf(file, node)),
  );
}

const isNamedClass = ({ type, id }: Tree): boolean =>
  (type === 'ClassDeclaration' || type === 'ClassExpression') && id !== null;

function shapeOf({ path }: SourceFile, node: Tree): ClassShape {
  const name = nameOf(node.id as Tree)!;
  const body = (node.body as Tree).body as Tree[];
  const own = body.filter((member) => member.static !== true && member.kind !== 'constructor');
  const names = new Set(own.map(memberName));
  const fields = own.filter(({ type }) => type === 'PropertyDefinition').length;
  const parent = node.superClass === null ? undefined : nameOf(node.superClass as Tree);
  return { where: `${path}: ${name}`, name, parent, members: names.size, fields };
}

/** One for the two accessors of a pair; a private name is another one than a public one. A computed key is itself. */
function memberName({ key }: Tree): unknown {
  const { type, name } = key as Tree;
  return typeof name === 'string' ? `${type} ${name}` : key;
}

const nameOf = (node: Tree): string | undefined => (node.type === 'Identifier' ? (node.name as string) : undefined);

/** The longest line of classes of which each extends the one before; own ones only. */
export function longestChain(classes: readonly ClassShape[]): readonly string[] {
  const byName = new Map(classes.map((shape) => [shape.name, shape]));
  const chainOf = (shape: ClassShape): string[] => {
    const parent = shape.parent === undefined ? undefined : byName.get(shape.parent);
    return parent === undefined || parent === shape ? [shape.name] : [...chainOf(parent), shape.name];
  };
  return classes.map(chainOf).reduce((longest, chain) => (chain.length > longest.length ? chain : longest), []);
}

/** At the start of a line: TypeScript has this modifier in front of all others. A constructor has no name that could be private. */
const accessible = (keyword: string) => new RegExp(`^ *${keyword} (?!constructor\\b)[^({=:;]*\\w`, 'gm');

/** Members that are private or protected by TypeScript's keyword, which is gone when the program runs. */
export function membersWith(keyword: 'private' | 'protected', files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    (text.match(accessible(keyword)) ?? []).map((member) => `${path}: ${member.trim()}`),
  );
}
