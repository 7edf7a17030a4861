import { JsonError } from './error.ts';

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const decoder = new TextDecoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Characters that no text has: halves of surrogate pairs, and noncharacters. */
const invalid = /[\p{Surrogate}\p{Noncharacter_Code_Point}]/u;

/** A backslash with what belongs to it: after `u` up to four characters, and the other half of a character that they begin. */
const escaped = /\\(u.{0,4}(?:(?<=[dD][89abAB]..)\\u[dD][c-fC-F][\da-fA-F]{2})?|.)/gs;

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A text with a character for each byte. */
export function textOfBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** The text of bytes, for people. */
export function textOf(bytes: string): string {
  return decoder.decode(bytesOf(bytes));
}

/**
 * The text between the quotes of a string, whose characters are bytes.
 * @throws JsonError
 */
export function stringValue(bytes: string): string {
  return decoded(bytes).replace(escaped, character);
}

function decoded(bytes: string): string {
  try {
    const text = strictDecoder.decode(bytesOf(bytes));
    if (!invalid.test(text)) return text;
  } catch {}
  throw new JsonError('invalid UTF-8 sequence in string');
}

function character(sequence: string, after: string): string {
  if (`"'\\/`.includes(after)) return after;
  if (!after.startsWith('u')) {
    if (Object.hasOwn(escapes, after)) return escapes[after]!;
    throw new JsonError('invalid escape sequence in string');
  }
  const units = after.match(/(?<=u)[\da-fA-F]{4}/g) ?? [];
  const text = String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
  if (units.length === 0 || invalid.test(text)) throw new JsonError(`${sequence} is not a valid Unicode character`);
  return text;
}
