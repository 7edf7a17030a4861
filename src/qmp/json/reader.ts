import { JsonError } from './error.ts';
import { JsonLexer, type Token } from './lexer.ts';
import { parseJson } from './parser.ts';
import { textOf, textOfBytes } from './string.ts';

/** Longest text of a request, without the space in it. */
const MOST_CHARACTERS = 1 << 22;
const MOST_TOKENS = 1 << 20;
/** How deep objects and lists may stand in each other, as in QEMU: who writes or walks one calls itself for each. */
const DEEPEST = 1024;

/** A value that has arrived, or why none could be read. */
export type Read = { readonly value: unknown } | { readonly wrong: string };

/** Finds JSON values in what comes in pieces: one after the other, over lines or within one. */
export class JsonReader {
  readonly #lexer = new JsonLexer();
  #tokens: Token[] = [];
  #characters = 0;
  #braces = 0;
  #brackets = 0;

  /** The values that have become whole with this piece. */
  *read(piece: Uint8Array): Generator<Read> {
    for (const token of this.#lexer.read(textOfBytes(piece))) {
      const read = this.#take(token);
      if (read) yield read;
    }
    if (this.#lexer.length <= MOST_CHARACTERS) return;
    this.#lexer.forget();
    yield this.#refuse('JSON token size limit exceeded');
  }

  /** Takes a token, and returns the value that it completes, if it does. */
  #take(token: Token): Read | undefined {
    const { kind, text } = token;
    if (kind === 'stray') return this.#refuse(new JsonError(`stray '${textOf(text.split('\0', 1)[0]!)}'`).message);
    this.#count(text);
    this.#characters += text.length;
    if (this.#characters > MOST_CHARACTERS) return this.#refuse('JSON token size limit exceeded');
    if (this.#tokens.length >= MOST_TOKENS) return this.#refuse('JSON token count limit exceeded');
    if (this.#braces + this.#brackets > DEEPEST) return this.#refuse('JSON nesting depth limit exceeded');
    this.#tokens.push(token);
    return this.#isOpen ? undefined : this.#parse();
  }

  #count(text: string): void {
    if (text === '{') this.#braces++;
    else if (text === '}') this.#braces--;
    else if (text === '[') this.#brackets++;
    else if (text === ']') this.#brackets--;
  }

  /** Whether a value goes on. What closes more than was opened ends it. */
  get #isOpen(): boolean {
    return Math.max(this.#braces, this.#brackets) > 0 && Math.min(this.#braces, this.#brackets) >= 0;
  }

  #parse(): Read {
    const tokens = this.#tokens;
    this.#forget();
    try {
      return { value: parseJson(tokens) };
    } catch (error) {
      if (error instanceof JsonError) return { wrong: error.message };
      throw error;
    }
  }

  #refuse(wrong: string): Read {
    this.#forget();
    return { wrong };
  }

  #forget(): void {
    this.#tokens = [];
    this.#characters = 0;
    this.#braces = 0;
    this.#brackets = 0;
  }
}
