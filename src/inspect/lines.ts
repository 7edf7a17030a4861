/** Whole lines of a text that comes in pieces. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  #pieces: string[] = [];

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    const lines = text.split('\n');
    const rest = lines.pop()!;
    for (const line of lines) {
      this.#pieces.push(line);
      const whole = this.#pieces.join('');
      this.#pieces = [];
      this.#onLine(whole);
    }
    this.#pieces.push(rest);
  }
}
