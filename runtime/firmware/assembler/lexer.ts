/** Tokens of one line of assembly text. */
export type Token =
  | { readonly kind: 'number'; readonly value: bigint }
  /** An identifier, a register, a mnemonic, `$` or `$$`. */
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string };

/** An error in a piece of assembly text. */
export class SyntaxFault extends Error {}

const SPACE_OR_COMMENT = /(?:\s+|;.*)/y;
const NUMBER = /0x([0-9a-f_]+)\b|0b([01_]+)\b|([0-9][0-9a-f]*)h\b|([0-9][0-9_]*)\b/iy;
const NAME = /\$\$|\$(?![\w.])|[a-z_.?@][\w.?@]*/iy;
const STRING = /'([^']*)'|"([^"]*)"|`((?:[^`\\]|\\.)*)`/y;
const SYMBOL = /<<|>>|[-+*/%&|^~()[\],:]/y;

/** Splits a line; the comment from `;` on is dropped. */
export function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(line);
    if (found !== null) position += found[0].length;
    return found;
  };
  while (position < line.length) {
    if (match(SPACE_OR_COMMENT)) continue;
    const token = readToken(match);
    if (token === undefined) throw new SyntaxFault(`unexpected character: ${line[position]}`);
    tokens.push(token);
  }
  return tokens;
}

function readToken(match: (pattern: RegExp) => RegExpExecArray | null): Token | undefined {
  const number = match(NUMBER);
  if (number) return { kind: 'number', value: numberValue(number) };
  const string = match(STRING);
  if (string) return { kind: 'string', text: string[1] ?? string[2] ?? unescapeText(string[3]!) };
  const name = match(NAME);
  if (name) return { kind: 'name', text: name[0] };
  const symbol = match(SYMBOL);
  return symbol ? { kind: 'symbol', text: symbol[0] } : undefined;
}

function numberValue([, hexadecimal, binary, hexadecimalBefore, decimal]: RegExpExecArray): bigint {
  const parse = (prefix: string, digits: string): bigint => BigInt(prefix + digits.replaceAll('_', ''));
  if (binary !== undefined) return parse('0b', binary);
  if (decimal !== undefined) return parse('', decimal);
  return parse('0x', hexadecimal ?? hexadecimalBefore!);
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', e: '\x1b', a: '\x07', '0': '\0' };

/** C escapes of a string in backquotes. */
function unescapeText(text: string): string {
  return text.replace(/\\(x[0-9a-f]{2}|.)/gi, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? code),
  );
}
