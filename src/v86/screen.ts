import { ConfigurationError, type ScreenText } from '../common.ts';
import type { Machine } from '../machine/machine.ts';
import type { Bus } from './bus.ts';
import { LOOK_INTERVAL } from './sampler.ts';

const SPACE = 0x20;
/** A picture's dots are told so, whatever the guest's mode has. */
const BITS_PER_DOT = 32;

/** A condition on a line: it begins with a text, or it matches. */
export type ExpectedLine = string | RegExp;

/** The text of the screen, as of the last look. */
export interface ScreenAdapter {
  /** All lines, each with all its columns. */
  get_text_screen(): string[];
  /** One of them. */
  get_text_row(row: number): string;
}

/** A text screen as v86's programs see it: lines as of the last look, and events for what has changed since. */
export class TextScreen {
  readonly #bus: Bus;
  #text: ScreenText | null = null;
  /** Its last size, as it was told. */
  #size = '';

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** The lines, each with all its columns; none: it shows graphics, or was not looked at yet. */
  get lines(): readonly string[] {
    return this.#text?.lines ?? [];
  }

  /** Looks at it, and tells what has changed. */
  readonly look = async (machine: Machine): Promise<void> => {
    const before = this.#text;
    const text = await machine.screen.characters();
    this.#text = text;
    if (text === null) return await this.#tellPicture(machine);
    this.#tellSize([text.columns, text.rows, 0]);
    if (this.#bus.has('screen-put-char')) this.#tellCharacters(text, before);
  };

  async #tellPicture(machine: Machine): Promise<void> {
    if (!this.#bus.has('screen-set-size')) return;
    const { width, height } = await machine.screen.image();
    this.#tellSize([width, height, BITS_PER_DOT]);
  }

  #tellSize(size: [number, number, number]): void {
    if (this.#size === size.join()) return;
    this.#size = size.join();
    this.#bus.emit('screen-set-size', size);
  }

  #tellCharacters({ codes, columns }: ScreenText, before: ScreenText | null): void {
    const isSame = before?.codes.length === codes.length && before.columns === columns;
    codes.forEach((code, n) => {
      if (code === (isSame ? before.codes[n] : SPACE)) return;
      this.#bus.emit('screen-put-char', [Math.floor(n / columns), n % columns, code]);
    });
  }

  /**
   * Waits for text: of one that is expected any line, of several the lowest ones that are not empty.
   * @param timeout milliseconds; 0: as long as it takes
   * @returns false: the time is up
   * @throws ConfigurationError for what is no text
   */
  async wait(machine: Machine, expected: ExpectedLine | readonly ExpectedLine[], timeout: number): Promise<boolean> {
    const isThere = patternOf(expected);
    const start = performance.now();
    for (;;) {
      await this.look(machine);
      if (isThere(this.lines)) return true;
      if (timeout > 0 && performance.now() - start >= timeout) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
    }
  }
}

function patternOf(expected: ExpectedLine | readonly ExpectedLine[]): (lines: readonly string[]) => boolean {
  const all = Array.isArray(expected) ? (expected as readonly ExpectedLine[]) : undefined;
  for (const one of all ?? [expected as ExpectedLine])
    if (typeof one !== 'string' && !(one instanceof RegExp))
      throw new ConfigurationError('wait_until_vga_screen_contains takes a string, a RegExp or an array of these');
  return all
    ? (lines) => isAtBottom(lines, all)
    : (lines) => lines.some((line) => fits(line, expected as ExpectedLine));
}

function isAtBottom(lines: readonly string[], expected: readonly ExpectedLine[]): boolean {
  const texts = lines.map((line) => line.trimEnd());
  const end = texts.findLastIndex((text) => text !== '') + 1;
  return end >= expected.length && expected.every((one, n) => fits(texts[end - expected.length + n]!, one));
}

/** A pattern that remembers where it was (`g`, `y`) starts over in each line. */
function fits(line: string, expected: ExpectedLine): boolean {
  if (typeof expected === 'string') return line.startsWith(expected);
  expected.lastIndex = 0;
  return expected.test(line);
}
