/** Options of a line editor. */
export interface LineEditorOptions {
  readonly prompt: string;
  /** Resolves when it has been taken: nothing more is typed until then. */
  write(text: string): Promise<void>;
  /** A line was entered. The editor takes no more until this resolves. */
  enter(line: string): Promise<void>;
  /** Completions of the text before the cursor: whole words in place of its last one. */
  complete(text: string): Promise<readonly string[]>;
}

const CSI = '\x1b[';
const LONGEST_LINE = 4095;
const KEPT_LINES = 64;
const TERMINAL_WIDTH = 80;

/** Actions of keys, by the characters that terminals send for them (ECMA-48, xterm). */
const keys: Readonly<Record<string, keyof Actions>> = {
  '\x01': 'home',
  '\x02': 'left',
  '\x04': 'deleteNext',
  '\x05': 'end',
  '\x06': 'right',
  '\x08': 'deletePrevious',
  '\t': 'complete',
  '\n': 'enter',
  '\x0b': 'deleteToEnd',
  '\r': 'enter',
  '\x0e': 'later',
  '\x10': 'earlier',
  '\x15': 'deleteLine',
  '\x17': 'deleteWord',
  '\x7f': 'deletePrevious',
  [`${CSI}A`]: 'earlier',
  [`${CSI}B`]: 'later',
  [`${CSI}C`]: 'right',
  [`${CSI}D`]: 'left',
  [`${CSI}F`]: 'end',
  [`${CSI}H`]: 'home',
  [`${CSI}1~`]: 'home',
  [`${CSI}3~`]: 'deleteNext',
  [`${CSI}4~`]: 'end',
  '\x1bOF': 'end',
  '\x1bOH': 'home',
};

const ESCAPE = '\x1b';
/** The characters after an escape character while more are to come. */
const UNFINISHED = /^(?:[[O]?|\[[\d;]*)$/;

type Actions = Record<
  | 'home'
  | 'end'
  | 'left'
  | 'right'
  | 'deleteNext'
  | 'deletePrevious'
  | 'deleteToEnd'
  | 'deleteLine'
  | 'deleteWord'
  | 'earlier'
  | 'later'
  | 'complete'
  | 'enter',
  () => void | Promise<void>
>;

/**
 * Edits a line on a terminal, with a history. It draws as QEMU's monitor does (util/readline.c): after each key that
 * changes the line back to its beginning, the whole line, and the rest erased. Programs that talk to monitors know that.
 */
export class LineEditor {
  readonly #options: LineEditorOptions;
  #line = '';
  #cursor = 0;
  /** The text that the terminal shows after the prompt, and the place of its cursor. */
  #shown = '';
  #shownCursor = 0;
  #sequence = '';
  readonly #history: string[];
  /** The line of the history that is shown; its length: none. */
  #recalled: number;

  /** @param history earlier lines; those that are entered are added */
  constructor(options: LineEditorOptions, history: string[] = []) {
    this.#options = options;
    this.#history = history;
    this.#recalled = history.length;
  }

  /** Earlier lines, oldest first. */
  get history(): readonly string[] {
    return this.#history;
  }

  /** Begins an empty line. */
  start(): void {
    this.#line = this.#shown = this.#sequence = '';
    this.#cursor = this.#shownCursor = 0;
    void this.#options.write(this.#options.prompt);
  }

  /** Characters that were typed. Resolves when they, and the lines that they end, are done with. */
  async type(text: string): Promise<void> {
    for (const character of text) {
      await this.#take(character);
      await this.#draw();
    }
  }

  #take(character: string): void | Promise<void> {
    const sequence = this.#sequence + character;
    const isUnfinished = sequence.startsWith(ESCAPE) && UNFINISHED.test(sequence.slice(1));
    this.#sequence = isUnfinished ? sequence : '';
    if (this.#sequence !== '') return;
    const key = Object.hasOwn(keys, sequence) ? keys[sequence] : undefined;
    if (key !== undefined) return this.#actions[key]();
    if (sequence.length === 1 && character >= ' ') this.#insert(character);
  }

  readonly #actions: Actions = {
    home: () => this.#moveTo(0),
    end: () => this.#moveTo(this.#line.length),
    left: () => this.#moveTo(this.#cursor - 1),
    right: () => this.#moveTo(this.#cursor + 1),
    deleteNext: () => this.#delete(this.#cursor, this.#cursor + 1),
    deletePrevious: () => this.#delete(this.#cursor - 1, this.#cursor),
    deleteToEnd: () => this.#delete(this.#cursor, this.#line.length),
    deleteLine: () => this.#delete(0, this.#cursor),
    deleteWord: () => this.#delete(this.#line.slice(0, this.#cursor).search(/\S*\s*$/), this.#cursor),
    earlier: () => this.#recall(this.#recalled - 1),
    later: () => this.#recall(this.#recalled + 1),
    complete: () => this.#complete(),
    enter: () => this.#enter(),
  };

  #insert(text: string): void {
    if (this.#line.length + text.length > LONGEST_LINE) return;
    this.#line = this.#line.slice(0, this.#cursor) + text + this.#line.slice(this.#cursor);
    this.#cursor += text.length;
  }

  #moveTo(place: number): void {
    this.#cursor = Math.min(Math.max(place, 0), this.#line.length);
  }

  #delete(from: number, to: number): void {
    if (from < 0) return;
    this.#line = this.#line.slice(0, from) + this.#line.slice(to);
    this.#cursor = from;
  }

  #recall(index: number): void {
    if (index < 0 || index > this.#history.length) return;
    this.#recalled = index;
    this.#line = this.#history[index] ?? '';
    this.#cursor = this.#line.length;
  }

  async #enter(): Promise<void> {
    const line = this.#line;
    this.#remember(line);
    void this.#options.write('\n');
    this.#line = this.#shown = '';
    this.#cursor = this.#shownCursor = 0;
    await this.#options.enter(line);
  }

  /** A line that was there before becomes the latest. */
  #remember(line: string): void {
    const before = this.#history.indexOf(line);
    if (before >= 0) this.#history.splice(before, 1);
    if (line !== '') this.#history.push(line);
    if (this.#history.length > KEPT_LINES) this.#history.shift();
    this.#recalled = this.#history.length;
  }

  async #complete(): Promise<void> {
    const before = this.#line.slice(0, this.#cursor);
    const word = /\S*$/.exec(before)![0];
    const candidates = await this.#options.complete(before);
    if (candidates.length === 0) return;
    const common = commonPrefix(candidates);
    this.#insert(common.slice(word.length));
    if (candidates.length === 1) this.#insert(' ');
    else if (common === word) await this.#show(candidates);
  }

  /** In columns; then the line once more. */
  async #show(candidates: readonly string[]): Promise<void> {
    const width = Math.max(10, ...candidates.map((text) => text.length + 2));
    const columns = Math.max(1, Math.floor(TERMINAL_WIDTH / width));
    const lines: string[] = [];
    for (let n = 0; n < candidates.length; n += columns) {
      const words = candidates.slice(n, n + columns).map((text) => text.padEnd(width));
      lines.push(words.join('').trimEnd());
    }
    this.#shown = '';
    this.#shownCursor = 0;
    await this.#options.write(`\n${lines.join('\n')}\n${this.#options.prompt}`);
  }

  async #draw(): Promise<void> {
    let text = '';
    if (this.#line !== this.#shown) {
      text = `${`${CSI}D`.repeat(this.#shownCursor)}${this.#line}${CSI}K`;
      this.#shown = this.#line;
      this.#shownCursor = this.#line.length;
    }
    const steps = this.#cursor - this.#shownCursor;
    text += steps > 0 ? `${CSI}C`.repeat(steps) : `${CSI}D`.repeat(-steps);
    this.#shownCursor = this.#cursor;
    if (text !== '') await this.#options.write(text);
  }
}

function commonPrefix([first, ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
