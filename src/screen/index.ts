import type { ScreenUpdate } from '../machine-core.ts';
import { ExpectError, type ExpectOptions, patternOf, timeoutOf } from '../util/expect.ts';
import { decodeMode } from './mode.ts';
import { encodePng } from './png.ts';
import { encodePpm } from './ppm.ts';
import { Renderer, type ScreenImage, STEADY } from './renderer.ts';
import { gridOfImage, gridOfText, type TerminalGrid } from './terminal-grid.ts';
import { textCells, textOf } from './text-cells.ts';
import type { Blinking } from './text-lines.ts';
import { VideoMemory } from './video-memory.ts';

/** Milliseconds between two looks at the screen while something is waited for. */
const INTERVAL = 50;

/** A frame for a window. */
export interface ScreenFrame {
  readonly image: ScreenImage;
  /** The characters of a text screen; null: it shows graphics, or is dark. */
  readonly text: { readonly columns: number; readonly rows: number; readonly lines: string } | null;
}

/** A text screen as the display adapter has it. */
export interface ScreenText {
  /** Characters of a line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
  /** The lines in Unicode, each with all of its columns. */
  readonly lines: readonly string[];
  /** Numbers of the characters in the adapter's own set (code page 437), line by line. */
  readonly codes: Uint8Array;
}

/** Asks the machine for what has changed since the last call; null: it has no display adapter. */
type AskForUpdate = () => Promise<ScreenUpdate | null>;

/**
 * The screen of the display adapter. Nothing is sent or drawn unless it is asked for; the first call makes the machine note which
 * pages of video memory are written.
 */
export class Screen {
  readonly #ask: AskForUpdate;
  readonly #memory = new VideoMemory();
  readonly #renderer = new Renderer(this.#memory);
  /** The last one, and what it was made of. */
  #grid: { readonly key: string; readonly grid: TerminalGrid } | undefined;
  /** A key of all that the last frame was made of. */
  #frameKey = '';
  /** When the update before has been taken. */
  #last: Promise<void> = Promise.resolve();

  /** Whether the machine has a display adapter, or a framebuffer of Xen. */
  readonly isThere: boolean;

  /** @internal Made by machines only. */
  constructor(isThere: boolean, ask: AskForUpdate) {
    this.isThere = isThere;
    this.#ask = ask;
  }

  /**
   * The text that is shown, in Unicode: lines without blanks at their ends, separated by line feeds. Empty while the screen
   * is dark or shows graphics. Rejects if the machine has no display adapter or was stopped.
   */
  async text(): Promise<string> {
    await this.#update();
    const registers = this.#memory.registers!;
    const mode = decodeMode(registers);
    if (mode.isOff || mode.format !== 'text') return '';
    return textOf(textCells(mode, registers, this.#memory.bytes));
  }

  /** The text that is shown, with where each character is; null while the screen is dark or shows graphics. Rejects as `text`. */
  async characters(): Promise<ScreenText | null> {
    await this.#update();
    const registers = this.#memory.registers!;
    const mode = decodeMode(registers);
    if (mode.isOff || mode.format !== 'text') return null;
    const cells = textCells(mode, registers, this.#memory.bytes);
    const { columns, rows, characters: codes } = cells;
    return {
      columns,
      rows,
      lines: textOf(cells)
        .split('\n')
        .map((line) => line.padEnd(columns)),
      codes,
    };
  }

  /** Why there is no text, as after the last update; undefined: there may be some. */
  get #silence(): string | undefined {
    const mode = decodeMode(this.#memory.registers!);
    if (mode.isOff) return 'The screen is dark.';
    return mode.format === 'text' ? undefined : 'The screen shows graphics: png() has its picture.';
  }

  /** The picture. What blinks is shown. Rejects if the machine has no display adapter or was stopped. */
  async image(): Promise<ScreenImage> {
    await this.#update();
    return this.#renderer.render();
  }

  /** The picture as a PNG file. */
  async png(): Promise<Uint8Array> {
    return encodePng(await this.image());
  }

  /** The picture as a binary PPM file, as QEMU's `screendump` writes it. */
  async ppm(): Promise<Uint8Array> {
    return encodePpm(await this.image());
  }

  /**
   * Waits until the text that is shown matches; a string matches itself. Resolves with the match. It looks at the screen
   * several times a second: what is shown for less may be missed. Rejects with ExpectError when the time is up, and with a
   * TypeError for what is no pattern or no time; with a ConfigurationError for an option that there is not.
   */
  async expect(given: RegExp | string, options: ExpectOptions = {}): Promise<RegExpExecArray> {
    const pattern = patternOf(given);
    const timeout = timeoutOf(options);
    const start = performance.now();
    for (;;) {
      const text = await this.text();
      const match = pattern.exec(text);
      if (match) return match;
      if (performance.now() - start >= timeout) {
        throw new ExpectError(given, `${timeout} ms passed`, { matched: '', pending: text }, this.#silence);
      }
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
  }

  /**
   * The picture, or null if it is the one that this version was given with. -1: none was given.
   * @internal
   */
  async picture(version: number): Promise<{ readonly version: number; readonly image: ScreenImage } | null> {
    await this.#update();
    const { version: now } = this.#memory;
    return now === version ? null : { version: now, image: this.#renderer.render() };
  }

  /**
   * The next frame for a window, or null if it is the same as that of the call before.
   * @internal
   */
  async frame(given: Blinking): Promise<ScreenFrame | null> {
    await this.#update();
    const registers = this.#memory.registers!;
    const mode = decodeMode(registers);
    const isText = !mode.isOff && mode.format === 'text';
    const blinking = isText ? given : STEADY;
    const key = `${this.#memory.version} ${JSON.stringify(blinking)}`;
    if (key === this.#frameKey) return null;
    this.#frameKey = key;
    const image = this.#renderer.render(blinking);
    if (!isText) return { image, text: null };
    const cells = textCells(mode, registers, this.#memory.bytes);
    return { image, text: { columns: cells.columns, rows: cells.rows, lines: textOf(cells) } };
  }

  /**
   * The screen as characters for a terminal of this size: text as it is, graphics as colored halves of characters. The
   * same object as before if nothing has changed.
   * @internal
   */
  async grid(terminal: { columns: number; rows: number }): Promise<TerminalGrid> {
    await this.#update();
    const key = `${this.#memory.version} ${terminal.columns} ${terminal.rows}`;
    if (this.#grid?.key !== key) this.#grid = { key, grid: this.#makeGrid(terminal) };
    return this.#grid.grid;
  }

  #makeGrid(terminal: { columns: number; rows: number }): TerminalGrid {
    const registers = this.#memory.registers!;
    const mode = decodeMode(registers);
    if (mode.isOff || mode.format !== 'text') return gridOfImage(this.#renderer.render(), terminal);
    return gridOfText(textCells(mode, registers, this.#memory.bytes), registers);
  }

  /** One after the other: the bytes of an update are valid until the next is asked for. */
  #update(): Promise<void> {
    const next = this.#last.then(() => this.#takeUpdate());
    this.#last = next.catch(() => {});
    return next;
  }

  async #takeUpdate(): Promise<void> {
    const update = await this.#ask();
    if (update === null) throw new Error("the machine has no display adapter; make it with vga: 'std' (-vga std)");
    this.#memory.apply(update);
  }
}
