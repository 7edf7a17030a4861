import { clip, type Style, terminalStyle } from './style.ts';

const CLEAR = '\x1b[H\x1b[J';
const USUAL_ROWS = 40;
/** q, Ctrl-C, Escape. */
const LEAVE: readonly string[] = ['q', '\x03', '\x1b'];

/** A terminal that shows one text after the other until somebody leaves. What is no terminal gets all of them. */
export class Screen implements Disposable {
  /** Resolves when q, Escape or Ctrl-C is pressed. */
  readonly left: Promise<void>;
  isLeft = false;
  readonly #leave: () => void;
  readonly #onKey = (keys: Buffer): void => {
    if (LEAVE.includes(keys.toString('latin1'))) this.#leave();
  };
  readonly #isTerminal = process.stdin.isTTY && process.stdout.isTTY;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.left = promise;
    this.#leave = () => {
      this.isLeft = true;
      resolve();
    };
    process.once('SIGINT', this.#leave);
    // Nobody reads it any more.
    process.stdout.on('error', this.#leave);
    if (!this.#isTerminal) return;
    process.stdin.setRawMode(true);
    process.stdin.on('data', this.#onKey);
  }

  get rows(): number {
    return process.stdout.rows || USUAL_ROWS;
  }

  /** In the place of what was shown before, as much of it as the terminal has room for now. */
  show(text: (style: Style) => string): void {
    const style = terminalStyle(process.stdout, process.env);
    const shown = text(style);
    this.print(this.#isTerminal ? CLEAR + fitted(shown, style.width, this.rows) : `${shown}\n`);
  }

  print(text: string): void {
    process.stdout.write(text);
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#leave);
    if (!this.#isTerminal) return;
    process.stdin.off('data', this.#onKey);
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdout.write(CLEAR);
  }
}

/** The first lines of a text, cut, so that the cursor stays in the last row. */
export function fitted(text: string, width: number, rows: number): string {
  const lines = text.split('\n').slice(0, Math.max(1, rows - 1));
  return `${lines.map((line) => clip(line, width)).join('\n')}\n`;
}
