import { registerNames } from '../abi/state.ts';
import { definedKind, valueOperation, windowName } from './operations.ts';
import type { Accessed, Block, Region, Statement, View } from './statement.ts';
import type { Value } from './value.ts';

/** Text of a value; fully parenthesised, so that parse.ts needs no precedence. */
export function printValue(v: Value): string {
  switch (v.op) {
    case 'constant':
      return v.number > -4096 && v.number < 4096 ? `${v.number}` : `0x${(v.number >>> 0).toString(16)}`;
    case 'eip':
      return `@${(v.number >>> 0).toString(16)}`;
    case 'temporary':
      return `${v.kind === 'integer' ? 't' : 'd'}${v.number}`;
    case 'number':
      return `#${Object.is(v.number, -0) ? '-0' : v.number}`;
    case 'field':
      return `$${v.name}`;
    case 'condition':
      return `cc${v.number}`;
    case 'flags':
      return 'flags()';
    case 'select':
      return `(${printValue(v.a!)} ? ${printValue(v.b!)} : ${printValue(v.c!)})`;
    case 'call':
      return `${v.name}(${[v.a, v.b, v.c].flatMap((a) => (a ? [printValue(a)] : [])).join(', ')})`;
    default:
      return printOperation(v);
  }
}

function printOperation({ op, a, b }: Value): string {
  const { sign } = valueOperation(op);
  return sign === '' ? `${op}(${printValue(a!)})` : `(${printValue(a!)} ${sign} ${printValue(b!)})`;
}

/** A state word, or, by `view`, a double or single of the state. */
function printWord(v: Value, view: View): string {
  if (v.op !== 'constant') return `[${printValue(v)}]`;
  return view === 'integer' ? (registerNames[v.number] ?? `word${v.number}`) : view + v.number;
}

const viewText = (view: View): string => (view === 'integer' ? '' : `.${view}`);

/** How many bits are accessed, or the view that says it. */
function accessText({ size, view }: Accessed): string | number {
  return view === 'integer' ? size * 8 : viewText(view);
}

function printStatement(s: Statement, indent: string): string {
  const kind = definedKind(s);
  const definition = kind === null ? '' : `${kind === 'real' ? 'd' : 't'}${s.temporary} = `;
  return definition + printMeaning(s, s.args.map(printValue), indent);
}

/** A statement without what it defines. */
function printMeaning(s: Statement, args: readonly string[], indent: string): string {
  const [first] = args;
  const all = args.join(', ');
  switch (s.op) {
    case 'let':
      return all;
    case 'get':
      return `get${viewText(s.view)} ${printWord(s.args[0], s.view)}`;
    case 'set':
      return `set${viewText(s.view)} ${printWord(s.args[0], s.view)}, ${args[1]}`;
    case 'load':
    case 'store':
    case 'probe':
      return `${s.op}${accessText(s)} ${all}`;
    case 'window':
      return `window.${windowName(s)}${s.size} ${all}`;
    case 'segment':
      return `segment.${s.access}${s.size} ${all}`;
    case 'flags':
      return `flags ${s.kind}${s.size * 8} ${all}`;
    case 'when':
      return `when ${first} {\n${printStatements(s.body, `${indent}  `)}${indent}}`;
    case 'fault':
      return `fault ${s.size} if ${first}`;
    case 'fallback':
      return `fallback ${[s.helper, args.slice(1).join(', ')].filter(Boolean).join(' ')} if ${first}`;
    case 'escape':
      return s.kind === 'wait' ? 'escape wait' : 'escape';
    case 'x87':
      return `x87 ${s.helper} ${all}`;
    case 'exitIf':
      return `exit ${args[1]} if ${first}`;
    case 'jump':
      return `${s.kind} ${all}`;
    case 'branch':
      return `branch ${all}`;
    case 'indirect':
      return `indirect ${s.kind} ${all}`;
    case 'trap':
      return `trap ${s.helper}${all && ` ${all}`}`;
    case 'instruction':
      return `-- ${first}${s.alignment === 'any' ? ' misaligned' : ''}`;
  }
}

/** The address on a line of IR text where an instruction starts; null on other lines. */
export function instructionOfLine(line: string): number | null {
  const match = /^ *-- @([0-9a-f]+)( misaligned)?$/.exec(line);
  return match && Number.parseInt(match[1], 16);
}

export function printStatements(statements: readonly Statement[], indent = ''): string {
  return statements.map((s) => `${indent}${printStatement(s, indent)}\n`).join('');
}

export function printBlock(block: Block): string {
  return `block 0x${(block.eip >>> 0).toString(16)}\n${printStatements(block.statements, '  ')}`;
}

/** The region as text; parse.ts reads it back. */
export function printRegion(region: Region): string {
  return region.blocks.map(printBlock).join('');
}
