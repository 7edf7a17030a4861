/** A part of JSON text. The characters of `text` are bytes. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

/** `stray`: what begins nothing, or what goes on as nothing can. */
export type TokenKind = 'punctuation' | 'string' | 'integer' | 'float' | 'keyword' | 'stray';

/** Where the lexer is within a token; `recovery`: after a stray one, where all is skipped up to the next that it can be sure of. */
type Place =
  | ('start' | 'recovery' | 'keyword')
  | ('double' | 'doubleEscape' | 'single' | 'singleEscape')
  | ('sign' | 'zero' | 'digits' | 'point' | 'fraction' | 'exponent' | 'exponentSign' | 'exponentDigits');

/** The step that a character leads to: another place, or the end of a token that it belongs to. */
type Step = { readonly to: Place } | { readonly ends: TokenKind };
/** Where a character leads nowhere: what the token is that ends before it; `stray` has the character too. */
type Rule = { readonly steps: ReadonlyMap<string, Step>; readonly otherwise: TokenKind | 'nothing' };

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => String.fromCharCode(first + n));
const digits = range(0x30, 0x39);
const letters = range(0x61, 0x7a);
const punctuation = [...'{}[]:,'];
/** Bytes that may stand in a string: no control character, and not the two bytes that UTF-8 never has. */
const inString = range(0x20, 0xfd);

const to = (place: Place, characters: Iterable<string>): [string, Step][] =>
  Array.from(characters, (character) => [character, { to: place }]);
const ends = (kind: TokenKind, characters: Iterable<string>): [string, Step][] =>
  Array.from(characters, (character) => [character, { ends: kind }]);
const rule = (otherwise: Rule['otherwise'], ...steps: [string, Step][][]): Rule => ({
  steps: new Map(steps.flat()),
  otherwise,
});

/** QEMU's automaton (qobject/json-lexer.c): strings in either quotes, and what is wrong found at the same character. */
const rules: Readonly<Record<Place, Rule>> = {
  start: rule(
    'stray',
    to('start', ' \t\r\n'),
    ends('punctuation', punctuation),
    to('keyword', letters),
    [...to('double', '"'), ...to('single', "'")],
    [...to('sign', '-'), ...to('zero', '0'), ...to('digits', digits.slice(1))],
  ),
  recovery: rule(
    'nothing',
    to(
      'recovery',
      inString.filter((character) => !punctuation.includes(character)),
    ),
  ),
  keyword: rule('keyword', to('keyword', letters)),
  double: rule('stray', to('double', inString), to('doubleEscape', '\\'), ends('string', '"')),
  doubleEscape: rule('stray', to('double', inString)),
  single: rule('stray', to('single', inString), to('singleEscape', '\\'), ends('string', "'")),
  singleEscape: rule('stray', to('single', inString)),
  sign: rule('stray', to('zero', '0'), to('digits', digits.slice(1))),
  zero: rule('integer', ends('stray', digits), to('point', '.')),
  digits: rule('integer', to('digits', digits), to('point', '.'), to('exponent', 'eE')),
  point: rule('stray', to('fraction', digits)),
  fraction: rule('float', to('fraction', digits), to('exponent', 'eE')),
  exponent: rule('stray', to('exponentSign', '+-'), to('exponentDigits', digits)),
  exponentSign: rule('stray', to('exponentDigits', digits)),
  exponentDigits: rule('float', to('exponentDigits', digits)),
};

/** Finds tokens in what comes in pieces. */
export class JsonLexer {
  #place: Place = 'start';
  /** The token's text from earlier pieces. */
  #before = '';

  /** Length of the token that has no end yet, without its part in the last piece. */
  get length(): number {
    return this.#before.length;
  }

  /** The tokens that end within this piece. */
  *read(piece: string): Generator<Token> {
    let from = 0;
    for (let at = 0; at < piece.length; ) {
      const { steps, otherwise } = rules[this.#place];
      const step = steps.get(piece.charAt(at));
      if (step && 'to' in step) {
        this.#place = step.to;
        at++;
        if (step.to === 'start' || step.to === 'recovery') from = at;
        continue;
      }
      const kind = step ? step.ends : otherwise;
      if (step || kind === 'stray') at++;
      const text = this.#before + piece.slice(from, at);
      this.forget();
      from = at;
      this.#place = kind === 'stray' ? 'recovery' : 'start';
      if (kind !== 'nothing') yield { kind, text };
    }
    this.#before += piece.slice(from);
  }

  /** Drops the token that has no end yet. */
  forget(): void {
    this.#before = '';
    this.#place = 'start';
  }
}
