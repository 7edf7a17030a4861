/** Longest text of a request. */
const MOST_CHARACTERS = 1 << 22;
/** How deep objects and lists may stand in each other, as in QEMU: who writes or walks one calls itself for each. */
const DEEPEST = 1024;

/** A value that has arrived, or why none could be read. */
export type Read = { readonly value: unknown } | { readonly wrong: string };

/** Finds JSON values in what comes in pieces: one after the other, over lines or within one. */
export class JsonReader {
  #text = '';
  #at = 0;
  #depth = 0;
  #isInText = false;

  /** The values that have become whole with this piece. */
  *read(piece: string): Generator<Read> {
    this.#text += piece;
    this.#skipSpace();
    while (this.#at < this.#text.length) {
      if (this.#ends(this.#text.charAt(this.#at++))) yield this.#take();
      else if (this.#depth > DEEPEST) yield this.#refuse('JSON nesting depth limit exceeded');
      else if (this.#at > MOST_CHARACTERS) yield this.#refuse('JSON token size limit exceeded');
    }
  }

  /** Whether a value ends with this character. A value that is neither an object nor a list ends with its line. */
  #ends(character: string): boolean {
    if (this.#isInText) return this.#inText(character);
    if (character === '"') this.#isInText = true;
    else if (character === '{' || character === '[') this.#depth++;
    else if (character === '}' || character === ']') return --this.#depth <= 0;
    return character === '\n' && this.#depth === 0;
  }

  #inText(character: string): boolean {
    if (character === '\\') this.#at++;
    else if (character === '"') this.#isInText = false;
    return false;
  }

  #take(): Read {
    const text = this.#text.slice(0, this.#at);
    this.#forget();
    try {
      return { value: JSON.parse(text) };
    } catch {
      return { wrong: 'Invalid JSON syntax' };
    }
  }

  #refuse(wrong: string): Read {
    this.#forget();
    return { wrong };
  }

  #forget(): void {
    this.#text = this.#text.slice(this.#at);
    this.#at = 0;
    this.#depth = 0;
    this.#isInText = false;
    this.#skipSpace();
  }

  /** Between values, so that one begins with its first character. */
  #skipSpace(): void {
    if (this.#at === 0) this.#text = this.#text.trimStart();
  }
}
