/** Lines that are kept. */
const MOST_LINES = 500;
/** Characters of a line: what is longer goes on in the next one, as a guest may send no end of lines at all. */
const MOST_COLUMNS = 1000;

const ESCAPE = '\x1b';
/** A sequence of ECMA-48 that moves the cursor, erases or colours: its parameter and its last letter. */
const sequence = new RegExp(`${ESCAPE}${String.raw`(?:\[([0-9;?]*)[ -/]*([@-~])|[ -/]*[0-Z\\-~])`}`, 'y');
/** The beginning of one, of which the rest has not come. */
const unfinished = new RegExp(`${ESCAPE}${String.raw`(?:\[[0-9;?]*[ -/]*|[ -/]*)$`}`);

/**
 * The text that a serial line has shown, as lines. Of a terminal's sequences it knows those within a line (ECMA-48: CUF, CUB, ED
 * and EL from the cursor on); others are left out.
 */
export class ConsoleText {
  readonly #lines: string[] = [];
  #line = '';
  #column = 0;
  #rest = '';

  write(text: string): void {
    const all = this.#rest + text;
    this.#rest = unfinished.exec(all)?.[0] ?? '';
    const end = all.length - this.#rest.length;
    for (let at = 0; at < end; ) at = this.#take(all, at);
  }

  /** All that is kept, the line with the cursor last. */
  get text(): string {
    return [...this.#lines, this.#line].join('\n');
  }

  /** @returns where the next character is */
  #take(text: string, at: number): number {
    const character = text[at]!;
    if (character === '\x1b') {
      sequence.lastIndex = at;
      const [all = character, parameter = '', letter = ''] = sequence.exec(text) ?? [];
      this.#obey(letter, Number.parseInt(parameter, 10) || 0);
      return at + all.length;
    }
    if (character === '\n') this.#newLine();
    else if (character === '\r') this.#column = 0;
    else if (character === '\b') this.#column = Math.max(this.#column - 1, 0);
    else if (character >= ' ' || character === '\t') this.#put(character);
    return at + 1;
  }

  #newLine(): void {
    this.#lines.push(this.#line);
    if (this.#lines.length > MOST_LINES) this.#lines.shift();
    this.#line = '';
    this.#column = 0;
  }

  #put(character: string): void {
    if (this.#column >= MOST_COLUMNS) this.#newLine();
    const before = this.#line.slice(0, this.#column).padEnd(this.#column);
    this.#line = before + character + this.#line.slice(this.#column + 1);
    this.#column++;
  }

  #obey(letter: string, parameter: number): void {
    if (letter === 'C') this.#column = Math.min(this.#column + Math.max(parameter, 1), MOST_COLUMNS);
    else if (letter === 'D') this.#column = Math.max(this.#column - Math.max(parameter, 1), 0);
    else if ((letter === 'J' || letter === 'K') && parameter === 0) this.#line = this.#line.slice(0, this.#column);
  }
}
