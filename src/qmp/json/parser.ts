import { JsonError } from './error.ts';
import type { Token } from './lexer.ts';
import { stringValue, textOf } from './string.ts';

const keywords: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** The value that tokens begin with. Integers that a number cannot hold are bigints. @throws JsonError */
export function parseJson(tokens: readonly Token[]): unknown {
  return new Parser(tokens).value();
}

/** QEMU's parser (qobject/json-parser.c), which tells of the first mistake. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  value(): unknown {
    const { kind, text } = this.#next();
    if (text === '{') return this.#object();
    if (text === '[') return this.#list();
    if (kind === 'string') return stringValue(text.slice(1, -1));
    if (kind === 'integer') return integer(text);
    if (kind === 'float') return Number(text);
    if (kind !== 'keyword') throw new JsonError('expecting value');
    if (!keywords.has(text)) throw new JsonError(`invalid keyword '${textOf(text)}'`);
    return keywords.get(text);
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new JsonError('premature EOI');
    return token;
  }

  #object(): unknown {
    const members = new Map<string, unknown>();
    for (const _ of this.#elements('}', 'dict')) {
      const name = this.value();
      if (typeof name !== 'string') throw new JsonError('key is not a string in object');
      if (this.#next().text !== ':') throw new JsonError('missing : in object pair');
      const value = this.value();
      if (members.has(name)) throw new JsonError('duplicate key');
      members.set(name, value);
    }
    return Object.fromEntries(members);
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    for (const _ of this.#elements(']', 'list')) list.push(this.value());
    return list;
  }

  /** Stops before each element, until the end has come. */
  *#elements(end: string, what: string): Generator<void> {
    if (this.#tokens[this.#at]?.text === end) {
      this.#at++;
      return;
    }
    for (;;) {
      yield;
      const { text } = this.#next();
      if (text === end) return;
      if (text !== ',') throw new JsonError(`expected separator in ${what}`);
    }
  }
}

function integer(text: string): number | bigint {
  const value = BigInt(text);
  const fits = BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value;
  return Number.isSafeInteger(Number(text)) || !fits ? Number(text) : value;
}
