import { usageError } from './error.ts';
import type { TextCursor } from './text-cursor.ts';

/** Values of registers by the names that expressions have for them, without `$`. */
export type RegisterValues = Readonly<Record<string, number>>;

/** Numbers of expressions have 64 bits and a sign. */
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
const LARGEST = 2n ** 64n;

type Operator = (left: bigint, right: bigint) => bigint;

/** Operators from those that bind least to those that bind most, as in QEMU's monitor (monitor/hmp.c, expr_sum). */
const levels: readonly Readonly<Record<string, Operator>>[] = [
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '&': (a, b) => a & b, '|': (a, b) => a | b, '^': (a, b) => a ^ b },
  { '*': (a, b) => a * b, '/': divided((a, b) => a / b), '%': divided((a, b) => a % b) },
];

function divided(operator: Operator): Operator {
  return (left, right) => {
    if (right === 0n) throw usageError('division by zero');
    return operator(left, right);
  };
}

/**
 * Reads an expression and what blanks follow: numbers of C, characters in quotes, $registers, + - * / % & | ^ ~ and
 * parentheses.
 * @throws MonitorError
 */
export function readExpression(cursor: TextCursor, registers: RegisterValues): bigint {
  return readLevel(0, cursor, registers);
}

function readLevel(level: number, cursor: TextCursor, registers: RegisterValues): bigint {
  const operators = levels[level];
  if (operators === undefined) return readUnary(cursor, registers);
  let value = readLevel(level + 1, cursor, registers);
  for (;;) {
    const operator = Object.hasOwn(operators, cursor.next) ? operators[cursor.next] : undefined;
    if (operator === undefined) return value;
    step(cursor);
    value = wrap(operator(value, readLevel(level + 1, cursor, registers)));
  }
}

function readUnary(cursor: TextCursor, registers: RegisterValues): bigint {
  switch (cursor.next) {
    case '':
      throw usageError('unexpected end of expression');
    case '+':
      step(cursor);
      return readUnary(cursor, registers);
    case '-':
      step(cursor);
      return wrap(-readUnary(cursor, registers));
    case '~':
      step(cursor);
      return ~readUnary(cursor, registers);
    case '(':
      return readParentheses(cursor, registers);
    case "'":
      return readCharacter(cursor);
    case '$':
      return readRegister(cursor, registers);
    default:
      return readNumber(cursor);
  }
}

/** Past a character and the blanks after it. */
function step(cursor: TextCursor): void {
  cursor.at++;
  cursor.skipSpaces();
}

function readParentheses(cursor: TextCursor, registers: RegisterValues): bigint {
  step(cursor);
  const value = readExpression(cursor, registers);
  if (cursor.next !== ')') throw usageError("')' expected");
  step(cursor);
  return value;
}

function readCharacter(cursor: TextCursor): bigint {
  cursor.at++;
  if (cursor.next === '') throw usageError('character constant expected');
  const value = BigInt(cursor.text.charCodeAt(cursor.at++));
  if (cursor.next !== "'") throw usageError("missing terminating ' character");
  step(cursor);
  return value;
}

function readRegister(cursor: TextCursor, registers: RegisterValues): bigint {
  cursor.at++;
  const name = cursor.take(/[a-z0-9._]*/iy)!;
  cursor.skipSpaces();
  if (!Object.hasOwn(registers, name)) throw usageError('unknown register');
  return BigInt(registers[name]);
}

/** As strtoull: 0x for hexadecimal, 0 for octal. */
function readNumber(cursor: TextCursor): bigint {
  const digits = cursor.take(/0x[0-9a-f]+|0[0-7]*|[1-9]\d*/iy);
  if (digits === undefined) throw usageError(`invalid char '${cursor.next}' in expression`);
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits}` : digits);
  if (value >= LARGEST) throw usageError('number too large');
  cursor.skipSpaces();
  return wrap(value);
}
