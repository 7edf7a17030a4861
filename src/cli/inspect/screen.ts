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
    if (!this.#isTerminal) return;
    process.stdin.setRawMode(true);
    process.stdin.on('data', this.#onKey);
  }

  get rows(): number {
    return process.stdout.rows || USUAL_ROWS;
  }

  /** In the place of what was shown before. */
  show(text: string): void {
    process.stdout.write(this.#isTerminal ? CLEAR + text : `${text}\n`);
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
