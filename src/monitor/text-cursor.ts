/** A place in a line of text that is read from the left. */
export class TextCursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The next character; '' at the end. */
  get next(): string {
    return this.text.charAt(this.at);
  }

  get rest(): string {
    return this.text.slice(this.at);
  }

  skipSpaces(): void {
    this.take(/\s*/y);
  }

  /** Reads what a sticky pattern matches here; undefined if it doesn't. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}
