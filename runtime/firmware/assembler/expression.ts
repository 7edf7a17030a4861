import type { RegisterOperand } from '../../../translator/x86/encode-operand.ts';
import type { Cursor } from './cursor.ts';
import { SyntaxFault } from './lexer.ts';
import { registers } from './registers.ts';

/** Values of names while a line is assembled. */
export interface Scope {
  /** The value of a label or constant. */
  lookup(name: string): bigint;
  /** `$`: address of the line's first byte, and `$$`: of the program's. */
  readonly here: bigint;
  readonly origin: bigint;
}

/** A register times a factor. */
export interface Term {
  readonly register: RegisterOperand;
  readonly factor: bigint;
}

/** A number plus registers: an address, or, without terms, a plain number. Numbers wrap at 64 bits, as in NASM. */
export interface Linear {
  readonly constant: bigint;
  readonly terms: readonly Term[];
}

type Operator = (left: Linear, right: Linear) => Linear;

const number = (constant: bigint): Linear => ({ constant: BigInt.asIntN(64, constant), terms: [] });

function plain(value: Linear): bigint {
  if (value.terms.length > 0) throw new SyntaxFault('a register cannot stand here');
  return value.constant;
}

const onNumbers =
  (operate: (left: bigint, right: bigint) => bigint): Operator =>
  (left, right) =>
    number(operate(plain(left), plain(right)));

const add: Operator = (left, right) => ({
  constant: left.constant + right.constant,
  terms: [...left.terms, ...right.terms],
});

const scale = (value: Linear, factor: bigint): Linear => ({
  constant: value.constant * factor,
  terms: value.terms.map((term) => ({ ...term, factor: term.factor * factor })),
});

const multiply: Operator = (left, right) =>
  right.terms.length > 0 ? scale(right, plain(left)) : scale(left, right.constant);

function divisor(value: bigint): bigint {
  if (value === 0n) throw new SyntaxFault('division by zero');
  return value;
}

/** Binary operators by rising precedence, as in NASM. */
const levels: readonly ReadonlyMap<string, Operator>[] = [
  new Map([['|', onNumbers((a, b) => a | b)]]),
  new Map([['^', onNumbers((a, b) => a ^ b)]]),
  new Map([['&', onNumbers((a, b) => a & b)]]),
  new Map([
    ['<<', onNumbers((a, b) => a << b)],
    ['>>', onNumbers((a, b) => BigInt.asUintN(64, a) >> b)],
  ]),
  new Map([
    ['+', add],
    ['-', (left, right) => add(left, scale(right, -1n))],
  ]),
  new Map([
    ['*', multiply],
    ['/', onNumbers((a, b) => a / divisor(b))],
    ['%', onNumbers((a, b) => a % divisor(b))],
  ]),
];

/** Reads an expression that may contain registers: `ebx + ecx*4 + table`. */
export function readLinear(cursor: Cursor, scope: Scope, level = 0): Linear {
  const operators = levels[level];
  if (operators === undefined) return readUnary(cursor, scope);
  let left = readLinear(cursor, scope, level + 1);
  for (;;) {
    const token = cursor.peek();
    const operator = token?.kind === 'symbol' ? operators.get(token.text) : undefined;
    if (operator === undefined) return left;
    cursor.next();
    left = operator(left, readLinear(cursor, scope, level + 1));
  }
}

/** Reads an expression that is a number, in full. */
export const readInteger = (cursor: Cursor, scope: Scope): bigint => plain(readLinear(cursor, scope));

/** Reads an expression that is a number, for what takes 32 bits at most. */
export const readNumber = (cursor: Cursor, scope: Scope): number => Number(readInteger(cursor, scope));

function readUnary(cursor: Cursor, scope: Scope): Linear {
  if (cursor.skipSymbol('-')) return scale(readUnary(cursor, scope), -1n);
  if (cursor.skipSymbol('+')) return readUnary(cursor, scope);
  if (cursor.skipSymbol('~')) return number(~plain(readUnary(cursor, scope)));
  return readPrimary(cursor, scope);
}

function readPrimary(cursor: Cursor, scope: Scope): Linear {
  if (cursor.skipSymbol('(')) {
    const value = readLinear(cursor, scope);
    cursor.expectSymbol(')');
    return value;
  }
  const token = cursor.next();
  switch (token.kind) {
    case 'number':
      return number(token.value);
    case 'string':
      return number(characterValue(token.text));
    case 'name':
      return nameValue(token.text, scope);
    case 'symbol':
      throw new SyntaxFault(`unexpected ${token.text}`);
  }
}

function nameValue(name: string, scope: Scope): Linear {
  if (name === '$') return number(scope.here);
  if (name === '$$') return number(scope.origin);
  const register = registers.get(name.toLowerCase());
  return register ? { constant: 0n, terms: [{ register, factor: 1n }] } : number(scope.lookup(name));
}

/** 'ab' as a number: the first character is the lowest byte. */
function characterValue(text: string): bigint {
  if (text.length === 0 || text.length > 8) throw new SyntaxFault('a character constant has 1 to 8 characters');
  return [...text].reduceRight((value, character) => (value << 8n) | BigInt(character.charCodeAt(0) & 0xff), 0n);
}
