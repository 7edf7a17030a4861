import { usageError } from './error.ts';
import type { TextCursor } from './text-cursor.ts';

const letters = ['x', 'd', 'u', 'o', 'c', 's', 'i'] as const;
type Letter = (typeof letters)[number];
/** Bytes of one item. */
const sizes: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8 };

/** How memory or a value is to be shown. */
export interface MemoryFormat {
  readonly count: number;
  readonly letter: Letter;
  /** Bytes of one item: 1, 2, 4 or 8. */
  readonly size: number;
  /** Whether the size was written. */
  readonly isSized: boolean;
}

/** The last format that was given. A format that leaves something out takes it from here. */
export class FormatSettings {
  letter: Letter = 'x';
  size = 4;

  usual(): MemoryFormat {
    return { count: 1, letter: this.letter, size: this.size, isSized: false };
  }
}

/**
 * Reads `/4xw` or nothing, and remembers it.
 * @throws MonitorError
 */
export function readFormat(cursor: TextCursor, settings: FormatSettings): MemoryFormat {
  if (cursor.next !== '/') return settings.usual();
  cursor.at++;
  const count = Number(cursor.take(/\d*/y) || 1);
  const text = cursor.take(/[xduocsibhwg]*/y)!;
  if (!/^\s?$/.test(cursor.next)) throw usageError(`invalid char in format: '${cursor.next}'`);
  const named = [...text].findLast((letter): letter is Letter => (letters as readonly string[]).includes(letter));
  const size = [...text].findLast((letter) => letter in sizes);
  settings.letter = named ?? settings.letter;
  if (size !== undefined) settings.size = sizes[size];
  return { ...settings.usual(), count, isSized: size !== undefined };
}

/** One item of memory. */
export function formatItem(value: bigint, { letter, size }: MemoryFormat): string {
  const bits = 8 * size;
  switch (letter) {
    case 'o': {
      const digits = Math.ceil(bits / 3);
      return withPrefix('0', value, 8).padStart(digits);
    }
    case 'd':
      // As in QEMU: of items of eight bytes alone the sign is seen.
      return String(BigInt.asIntN(64, value)).padStart(Math.ceil((bits * 10) / 33));
    case 'u':
      return String(value).padStart(Math.ceil((bits * 10) / 33));
    case 'c':
      return formatCharacter(value);
    default:
      return `0x${value.toString(16).padStart(bits / 4, '0')}`;
  }
}

/** The value of an expression. */
export function formatValue(value: bigint, letter: Letter): string {
  const unsigned = BigInt.asUintN(64, value);
  switch (letter) {
    case 'o':
      return withPrefix('0', unsigned, 8);
    case 'u':
      return String(unsigned);
    case 'c':
      return formatCharacter(BigInt.asUintN(32, value));
    case 'x':
      return withPrefix('0x', unsigned, 16);
    default:
      return String(value);
  }
}

/** As printf's `#` has it: zero has no prefix. */
function withPrefix(prefix: string, value: bigint, base: number): string {
  return value === 0n ? '0' : prefix + value.toString(base);
}

const escapes: Readonly<Record<string, string>> = { "'": "\\'", '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

function formatCharacter(value: bigint): string {
  const code = Number(value);
  const character = String.fromCharCode(code & 0xffff);
  if (code in { 39: 0, 92: 0, 10: 0, 13: 0 }) return `'${escapes[character]}'`;
  const isPrintable = code >= 32 && code <= 126;
  return `'${isPrintable ? character : `\\x${code.toString(16).padStart(2, '0')}`}'`;
}
