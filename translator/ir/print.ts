import { registerNames } from '../abi/state.ts';
import { valueOperation } from './operations.ts';
import { type Block, definesDouble, type Region, type Statement } from './statement.ts';
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
  return sign === undefined ? `${op}(${printValue(a!)})` : `(${printValue(a!)} ${sign} ${printValue(b!)})`;
}

/** A state word, or, by `view`, a double or single of the state. */
function printWord(v: Value, view: string): string {
  if (v.op !== 'constant') return `[${printValue(v)}]`;
  return view === '' ? (registerNames[v.number] ?? `word${v.number}`) : view + v.number;
}

function printStatement(s: Statement, indent: string): string {
  const args = s.args.map(printValue);
  const bits = s.size * 8;
  const name = `${definesDouble(s) ? 'd' : 't'}${s.temporary}`;
  const view = s.name && `.${s.name}`;
  switch (s.op) {
    case 'let':
      return `${name} = ${args[0]}`;
    case 'get':
      return `${name} = get${view} ${printWord(s.args[0], s.name)}`;
    case 'set':
      return `set${view} ${printWord(s.args[0], s.name)}, ${args[1]}`;
    case 'load':
      return `${name} = load${view || bits} ${args.join(', ')}`;
    case 'store':
    case 'probe':
      return `${s.op}${view || bits} ${args.join(', ')}`;
    case 'window':
    case 'segment':
      return `${name} = ${s.op}${view}${s.size} ${args.join(', ')}`;
    case 'flags':
      return `flags ${s.name}${bits} ${args.join(', ')}`;
    case 'when':
      return `when ${args[0]} {\n${printStatements(s.body!, `${indent}  `)}${indent}}`;
    case 'fault':
      return `fault ${s.size} if ${args[0]}`;
    case 'fallback':
      return `fallback ${[s.name, args.slice(1).join(', ')].filter(Boolean).join(' ')} if ${args[0]}`;
    case 'escape':
      return s.name === '' ? 'escape' : `escape ${s.name}`;
    case 'x87':
      return `${s.temporary < 0 ? '' : `${name} = `}x87 ${s.name} ${args.join(', ')}`;
    case 'exitIf':
      return `exit ${args[1]} if ${args[0]}`;
    case 'jump':
      return `${s.name} ${args.join(', ')}`;
    case 'branch':
      return `branch ${args.join(', ')}`;
    case 'indirect':
      return `indirect ${s.name} ${args.join(', ')}`;
    case 'trap':
      return `trap ${s.name}${args.length ? ` ${args.join(', ')}` : ''}`;
    case 'instruction':
      return `-- ${args[0]}${s.name && ` ${s.name}`}`;
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
