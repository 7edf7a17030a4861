import { usageError } from './error.ts';
import { type RegisterValues, readExpression } from './expression.ts';
import { type FormatSettings, type MemoryFormat, readFormat } from './memory-format.ts';
import type { TextCursor } from './text-cursor.ts';

/** Types of arguments of a command. */
export type ParameterType =
  /** A word, or text in quotes. */
  | 'word'
  | 'file'
  | 'drive'
  /** All that is left of the line. */
  | 'rest'
  /** An expression. */
  | 'number'
  /** One that fits into 32 bits, without a sign. */
  | 'integer'
  /** One that is not below 0; the argument is in bytes. */
  | 'megabytes'
  /** `.EXPRESSION` right after what is before it, or nothing; an integer. */
  | 'index'
  /** Bytes with a unit, such as 64M; megabytes without one. */
  | 'size'
  /** `/4xw`: how much and in what form. */
  | 'format'
  /** `on` or `off`. */
  | 'switch'
  /** `-f`. */
  | 'flag'
  /** `-f word`. */
  | 'option';

export interface Parameter {
  /** The name; for a flag or an option, its letter. */
  readonly name: string;
  readonly type: ParameterType;
  readonly optional?: boolean;
}

/** Arguments by their parameters' names; those that are left out are not there. */
export interface Arguments {
  readonly words: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, bigint>>;
  readonly flags: ReadonlySet<string>;
  readonly format: MemoryFormat;
}

/** The facts that are needed to read arguments. */
export interface ArgumentContext {
  /** The command as its help names it, such as `cont|c`. */
  readonly names: string;
  readonly registers: RegisterValues;
  /** The last format, from which `/…` takes the parts that it leaves out. */
  readonly formats: FormatSettings;
}

const expected: Partial<Record<ParameterType, string>> = {
  file: 'filename expected',
  drive: 'block device name expected',
};

/**
 * Reads a command's arguments, as QEMU's monitor does (monitor/hmp.c, monitor_parse_arguments).
 * @throws MonitorError
 */
export function readArguments(
  cursor: TextCursor,
  parameters: readonly Parameter[],
  context: ArgumentContext,
): Arguments {
  const result = { words: {}, numbers: {}, flags: new Set<string>(), format: context.formats.usual() };
  for (const [n, parameter] of parameters.entries()) {
    cursor.skipSpaces();
    readArgument(cursor, parameter, parameters.slice(n + 1), context, result);
  }
  cursor.skipSpaces();
  if (cursor.next !== '') throw usageError(`${context.names}: extraneous characters at the end of line`);
  return result;
}

interface Result {
  readonly words: Record<string, string>;
  readonly numbers: Record<string, bigint>;
  readonly flags: Set<string>;
  format: MemoryFormat;
}

function readArgument(
  cursor: TextCursor,
  { name, type, optional }: Parameter,
  later: readonly Parameter[],
  context: ArgumentContext,
  result: Result,
): void {
  if (type === 'format') result.format = readFormat(cursor, context.formats);
  else if (type === 'flag' || type === 'option') readFlag(cursor, { name, type }, later, context, result);
  else if (type === 'index') readIndex(cursor, name, context, result);
  else if (optional && cursor.next === '') return;
  else if (type === 'number' || type === 'integer' || type === 'megabytes')
    result.numbers[name] = readNumber(cursor, type, context);
  else if (type === 'switch') result.words[name] = readSwitch(cursor);
  else if (type === 'size') result.numbers[name] = readSize(cursor);
  else {
    const word = type === 'rest' ? cursor.take(/.*/sy) : readWord(cursor);
    if (!word) throw usageError(`${context.names}: ${expected[type] ?? 'string expected'}`);
    result.words[name] = word;
  }
}

function readIndex(cursor: TextCursor, name: string, context: ArgumentContext, { numbers }: Result): void {
  if (cursor.next !== '.') return;
  cursor.at++;
  cursor.skipSpaces();
  numbers[name] = readNumber(cursor, 'integer', context);
}

function readNumber(
  cursor: TextCursor,
  type: 'number' | 'integer' | 'megabytes',
  { names, registers }: ArgumentContext,
): bigint {
  const value = readExpression(cursor, registers);
  if (type === 'integer' && BigInt.asUintN(32, value) !== value)
    throw usageError(`'${names}' has failed: integer is for 32-bit values`);
  if (type !== 'megabytes') return value;
  if (value < 0n) throw usageError('enter a positive value');
  return value << 20n;
}

function readSwitch(cursor: TextCursor): string {
  const word = cursor.take(/\S+/y);
  if (word !== 'on' && word !== 'off') throw usageError("Expected 'on' or 'off'");
  return word;
}

/** As QEMU's qemu_strtosz_MiB reads it. */
function readSize(cursor: TextCursor): bigint {
  const text = cursor.take(/0x[0-9a-f]+|\d+(?:\.\d+)?[bkmgtpe]?/iy) ?? '';
  const [, digits, unit] = /^(0x[0-9a-f]+|[\d.]+)([bkmgtpe]?)$/i.exec(text) ?? [];
  const bytes = Number(digits) * 1024 ** 'bkmgtpe'.indexOf(unit?.toLowerCase() || 'm');
  if (Number.isSafeInteger(Math.floor(bytes))) return BigInt(Math.floor(bytes));
  throw usageError('invalid size');
}

/** A letter that a later parameter stands for is left to that one. */
function readFlag(
  cursor: TextCursor,
  { name, type }: Parameter,
  later: readonly Parameter[],
  { names }: ArgumentContext,
  result: Result,
): void {
  if (cursor.next !== '-') return;
  const letter = cursor.text.charAt(cursor.at + 1);
  if (letter !== name) {
    if (later.some((other) => (other.type === 'flag' || other.type === 'option') && other.name === letter)) return;
    if (type === 'option') return;
    throw usageError(`${names}: unsupported option -${letter}`);
  }
  cursor.at += 2;
  cursor.skipSpaces();
  if (type === 'flag') result.flags.add(name);
  else {
    const word = readWord(cursor);
    if (!word) throw usageError(`${names}: value expected for -${name}`);
    result.words[name] = word;
  }
}

/** In quotes a backslash takes the next character as it is, `\n` and `\r` are what they are in C. Undefined: none is there. */
function readWord(cursor: TextCursor): string | undefined {
  if (cursor.next !== '"') return cursor.take(/\S+/y);
  const quoted = cursor.take(/"(?:[^"\\]|\\.)*"/sy);
  if (quoted === undefined) throw usageError('unterminated string');
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r' };
  return quoted.slice(1, -1).replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
}
