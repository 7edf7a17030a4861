import { type Node as AcornNode, parse } from 'acorn';
import { cellNames } from '../../translator/abi/cells.ts';
import { helpers } from '../../translator/abi/helpers.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import { forms } from '../../translator/x86/table/index.ts';

/** Emitted text that is not JavaScript, or refers to what it must not. */
export class TextError extends Error {
  override readonly name = 'TextError';
}

/** Any node of a syntax tree, seen as its properties. */
type Tree = AcornNode & Record<string, unknown>;

const globals = new Set<string>([...cellNames, ...Object.keys(helpers), 'Math']);
/** Fields of a node that generated code may use: those of the decoded instruction, and its links. */
const nodeFields = new Set([...Object.keys(new Instruction(forms[0])), 'links']);

/**
 * The debug mode's check of emitted text (MachineHost.checkText): it is one function declaration, every name in it is
 * declared in front of its use or is a cell, nothing has the name of a parameter or a cell or is assigned to a parameter, and
 * of its argument only what nodes have is used. Throws TextError.
 */
export function checkText(text: string): void {
  const program = parseText(text);
  const body = program.body as Tree[];
  if (body.length !== 1 || body[0].type !== 'FunctionDeclaration') throw failure(text, 'not one function declaration');
  new Scopes(text).function(body[0]);
}

function parseText(text: string): Tree {
  try {
    return parse(text, { ecmaVersion: 'latest', sourceType: 'script' }) as AcornNode as Tree;
  } catch (error) {
    throw failure(text, (error as Error).message);
  }
}

function failure(text: string, what: string): TextError {
  return new TextError(`${what}\n${text}`);
}

/** Follows declarations through nested blocks, in the order of the text. */
class Scopes {
  readonly #text: string;
  #scopes: Set<string>[] = [];
  #parameters: ReadonlySet<string> = new Set();

  constructor(text: string) {
    this.#text = text;
  }

  function(declaration: Tree): void {
    this.#parameters = new Set((declaration.params as Tree[]).map(nameOf));
    this.#scopes = [new Set([nameOf(declaration.id as Tree), ...this.#parameters])];
    this.#visit(declaration.body as Tree);
  }

  #visit(node: Tree): void {
    switch (node.type) {
      case 'BlockStatement':
        this.#scopes.push(new Set());
        this.#children(node);
        this.#scopes.pop();
        break;
      case 'CatchClause':
        this.#scopes.push(new Set());
        this.#define(nameOf(node.param as Tree));
        this.#children(node, 'param');
        this.#scopes.pop();
        break;
      case 'VariableDeclarator':
        this.#children(node, 'id');
        this.#define(nameOf(node.id as Tree));
        break;
      case 'AssignmentExpression':
        this.#assign(node.left as Tree);
        this.#children(node);
        break;
      case 'UpdateExpression':
        this.#assign(node.argument as Tree);
        this.#children(node);
        break;
      case 'Identifier':
        this.#use(nameOf(node));
        break;
      case 'MemberExpression':
        this.#member(node);
        break;
      case 'LabeledStatement':
      case 'BreakStatement':
      case 'ContinueStatement':
        this.#children(node, 'label');
        break;
      default:
        this.#children(node);
    }
  }

  #children(node: Tree, except = ''): void {
    for (const [name, value] of Object.entries(node)) {
      if (name === except) continue;
      for (const child of Array.isArray(value) ? value : [value]) if (isTree(child)) this.#visit(child);
    }
  }

  #member(node: Tree): void {
    const object = node.object as Tree;
    const property = node.property as Tree;
    this.#visit(object);
    if (node.computed) this.#visit(property);
    else if (object.type === 'Identifier' && nameOf(object) === 'i' && !nodeFields.has(nameOf(property))) {
      throw failure(this.#text, `a node has no ${nameOf(property)}`);
    }
  }

  #assign(target: Tree): void {
    if (target.type !== 'Identifier' || !this.#parameters.has(nameOf(target))) return;
    throw failure(this.#text, `the parameter ${nameOf(target)} is assigned to`);
  }

  #define(name: string): void {
    if (this.#parameters.has(name)) throw failure(this.#text, `${name} is the name of a parameter too`);
    if (globals.has(name)) throw failure(this.#text, `${name} is the name of a cell too`);
    this.#scopes.at(-1)!.add(name);
  }

  #use(name: string): void {
    if (this.#scopes.some((scope) => scope.has(name)) || globals.has(name.replace(/\$.*$/, ''))) return;
    throw failure(this.#text, `${name} is not declared here`);
  }
}

function nameOf(identifier: Tree): string {
  return identifier.name as string;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && 'type' in value;
}
