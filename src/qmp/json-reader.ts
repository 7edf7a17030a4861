/** Longest text of a request. */
const MOST_CHARACTERS = 1 << 22;

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
    while (this.#at < this.#text.length) {
      if (this.#ends(this.#text.charAt(this.#at++))) yield this.#take();
      else if (this.#at > MOST_CHARACTERS) yield this.#tooLong();
    }
  }

  /** Whether a value ends with this character. A value that is neither an object nor a list ends with its line. */
  #ends(character: string): boolean {
    if (this.#isInText) return this.#inText(character);
    if (character === '"') this.#isInText = true;
    else if (character === '{' || character === '[') this.#depth++;
    else if (character === '}' || character === ']') return --this.#depth <= 0;
    return character === '\n' && this.#depth === 0 && this.#text.slice(0, this.#at).trim() !== '';
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

  #tooLong(): Read {
    this.#forget();
    return { wrong: 'JSON token size limit exceeded' };
  }

  #forget(): void {
    this.#text = this.#text.slice(this.#at);
    this.#at = 0;
    this.#depth = 0;
    this.#isInText = false;
  }
}
