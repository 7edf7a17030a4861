import type { Machine } from '../../index.ts';
import { LookPace } from '../../screen/look-pace.ts';
import { TerminalPainter } from '../../screen/terminal.ts';
import type { TerminalGrid } from '../../screen/terminal-grid.ts';
import type { CharacterDevice } from '../backends/connection.ts';
import type { Terminal } from '../terminal.ts';
import { type Stroke, TerminalKeys } from './terminal-keys.ts';

/** Milliseconds after which an escape character is a key, not the beginning of a sequence. */
const ESCAPE_DELAY = 50;
const USUAL_SIZE = { columns: 80, rows: 25 };

/** The machine's screen and keyboard on a terminal. */
export class TerminalDisplay implements CharacterDevice {
  readonly #machine: Machine;
  readonly #terminal: Terminal;
  readonly #painter: TerminalPainter;
  readonly #keys = new TerminalKeys();
  readonly #characters = new TextDecoder();
  #write: (bytes: Uint8Array) => Promise<void> = async () => {};
  #isShown = false;
  #isFollowing = false;
  #escape: NodeJS.Timeout | undefined;
  /** The grid that was painted last. */
  #grid: TerminalGrid | null = null;
  readonly #pace = new LookPace();

  constructor(machine: Machine, terminal: Terminal) {
    this.#machine = machine;
    this.#terminal = terminal;
    this.#painter = new TerminalPainter(this.#size, terminal.colors);
    terminal.onResize(() => this.#redraw());
  }

  get #size(): { columns: number; rows: number } {
    return this.#terminal.size ?? USUAL_SIZE;
  }

  connect(write: (bytes: Uint8Array) => Promise<void>): void {
    this.#write = write;
  }

  focus(hasInput: boolean): void {
    this.#terminal.showScreen(hasInput);
    this.#isShown = hasInput;
    if (!hasInput) return;
    this.#redraw();
    if (!this.#isFollowing) void this.#follow();
  }

  /** Keys. They are taken as fast as the guest takes them; one that takes none misses those that come later. */
  async receive(bytes: Uint8Array): Promise<void> {
    clearTimeout(this.#escape);
    this.#press(this.#keys.take(this.#characters.decode(bytes, { stream: true })));
    if (this.#keys.isWaiting) this.#escape = setTimeout(() => this.#press(this.#keys.flush()), ESCAPE_DELAY);
  }

  #press(strokes: readonly Stroke[]): void {
    for (const { modifiers, key, text } of strokes) {
      for (const modifier of modifiers) this.#give((keyboard) => keyboard.down(modifier));
      this.#give((keyboard) => (key === undefined ? keyboard.type(text!) : keyboard.press(key)));
      for (const modifier of modifiers.toReversed()) this.#give((keyboard) => keyboard.up(modifier));
    }
    this.#pace.stir();
  }

  /** Characters that the guest's layout does not have are dropped, and a machine that has ended takes none. */
  #give(act: (keyboard: Machine['keyboard']) => Promise<void>): void {
    act(this.#machine.keyboard).catch(() => {});
  }

  /** The terminal shows something else, or has another size. */
  #redraw(): void {
    this.#painter.resize(this.#size);
    this.#grid = null;
    this.#pace.stir();
  }

  /** Paints what changes as long as the screen is shown. */
  async #follow(): Promise<void> {
    this.#isFollowing = true;
    while (this.#isShown && this.#machine.state !== 'ended') {
      // A machine that ends answers no more.
      const grid = await this.#machine.screen.grid(this.#size).catch(() => null);
      if (grid !== null && this.#isShown) await this.#paint(grid);
      await this.#pace.next();
    }
    this.#isFollowing = false;
  }

  async #paint(grid: TerminalGrid): Promise<void> {
    if (grid === this.#grid) return;
    this.#grid = grid;
    this.#pace.changed();
    await this.#write(Buffer.from(this.#painter.paint(grid)));
  }
}
