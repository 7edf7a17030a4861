import { registerNames } from '../abi/state.ts';
import type { Block, Region, Statement } from './statement.ts';
import type { Value, ValueOp } from './value.ts';

/** Signs of the binary operators in IR text. A trailing u marks unsigned comparisons; >> is arithmetic. */
export const signs: Partial<Record<ValueOp, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  and: '&',
  or: '|',
  xor: '^',
  shl: '<<',
  shr: '>>>',
  sar: '>>',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  ltu: '<u',
  leu: '<=u',
};

/** Text of a value; fully parenthesised, so that parse.ts needs no precedence. */
export function printValue(v: Value): string {
  switch (v.op) {
    case 'constant':
      return v.number > -4096 && v.number < 4096 ? `${v.number}` : `0x${(v.number >>> 0).toString(16)}`;
    case 'temporary':
      return `t${v.number}`;
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
      return `(${printValue(v.a!)} ${signs[v.op]} ${printValue(v.b!)})`;
  }
}

function printWord(v: Value): string {
  return v.op === 'constant' ? (registerNames[v.number] ?? `word${v.number}`) : `[${printValue(v)}]`;
}

function printStatement(s: Statement, indent: string): string {
  const args = s.args.map(printValue);
  const bits = s.size * 8;
  switch (s.op) {
    case 'let':
      return `t${s.temporary} = ${args[0]}`;
    case 'get':
      return `t${s.temporary} = get ${printWord(s.args[0])}`;
    case 'set':
      return `set ${printWord(s.args[0])}, ${args[1]}`;
    case 'load':
      return `t${s.temporary} = load${bits} ${args[0]}`;
    case 'store':
    case 'probe':
      return `${s.op}${bits} ${args.join(', ')}`;
    case 'segment':
      return `t${s.temporary} = segment.${s.name}${s.size} ${args.join(', ')}`;
    case 'flags':
      return `flags ${s.name}${bits} ${args.join(', ')}`;
    case 'when':
      return `when ${args[0]} {\n${printStatements(s.body!, `${indent}  `)}${indent}}`;
    case 'fault':
      return `fault ${s.size} if ${args[0]}`;
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
      return `-- ${args[0]}`;
  }
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
