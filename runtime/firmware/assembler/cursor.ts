import { SyntaxFault, type Token } from './lexer.ts';

/** A place in the tokens of a line. */
export class Cursor {
  readonly #tokens: readonly Token[];
  position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.position >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.position + ahead];
  }

  next(): Token {
    const token = this.peek();
    if (token === undefined) throw new SyntaxFault('the line ends too early');
    this.position++;
    return token;
  }

  /** Whether the next token is one of these symbols. */
  isSymbol(...texts: string[]): boolean {
    const token = this.peek();
    return token?.kind === 'symbol' && texts.includes(token.text);
  }

  /** Skips the symbol if it is next. */
  skipSymbol(text: string): boolean {
    const found = this.isSymbol(text);
    if (found) this.position++;
    return found;
  }

  expectSymbol(text: string): void {
    if (!this.skipSymbol(text)) throw new SyntaxFault(`${text} expected`);
  }

  /** The next token's text in lower case if it is a name. */
  peekWord(ahead = 0): string | undefined {
    const token = this.peek(ahead);
    return token?.kind === 'name' ? token.text.toLowerCase() : undefined;
  }

  /** Takes the next word if the table has it. */
  takeWord<T>(table: ReadonlyMap<string, T>): T | undefined {
    const word = this.peekWord();
    const value = word === undefined ? undefined : table.get(word);
    if (value !== undefined) this.position++;
    return value;
  }

  expectEnd(): void {
    if (!this.atEnd) throw new SyntaxFault('unexpected text at the end of the line');
  }
}
