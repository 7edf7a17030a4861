import { spawnSync } from 'node:child_process';

/** Undoes what a guest may have left the terminal in: attributes, hidden cursor, keypad, mouse and paste modes. */
const NORMAL_MODES = '\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1l\x1b>\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l';

/** The program's standard input and output. What is no terminal is left as it is. */
export class Terminal {
  readonly #restore = () => this.#setRaw(false);
  readonly #continue = () => this.#setRawAgain();
  #raw = false;

  /** Passes every key to whoever reads, Ctrl-C and the like too, until `close()` or the end of the program. */
  open(onInput: (bytes: Uint8Array) => void): void {
    this.#setRaw(true);
    process.on('exit', this.#restore);
    process.on('SIGCONT', this.#continue);
    process.stdin.on('data', onInput);
    // The input may fail, such as on a terminal that is gone: the guest then has none.
    process.stdin.on('error', () => {});
  }

  /** Writes bytes as they are. Resolves when they have been written. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => process.stdout.write(bytes, () => resolve()));
  }

  /** Writes lines to standard error. Resolves when they have been written. */
  writeError(bytes: Uint8Array): Promise<void> {
    const text = this.#raw ? Buffer.from(bytes).toString().replaceAll('\n', '\r\n') : bytes;
    return new Promise((resolve) => process.stderr.write(text, () => resolve()));
  }

  /** Says something to the user, on a line of its own. */
  note(text: string): void {
    process.stderr.write(this.#raw ? `\n${text}\n`.replaceAll('\n', '\r\n') : `${text}\n`);
  }

  close(): void {
    this.#setRaw(false);
    process.off('exit', this.#restore);
    process.off('SIGCONT', this.#continue);
    process.stdin.pause();
  }

  #setRaw(raw: boolean): void {
    if (!process.stdin.isTTY || this.#raw === raw) return;
    this.#raw = raw;
    setMode(raw);
    if (!raw && process.stdout.isTTY) process.stdout.write(NORMAL_MODES);
  }

  /** After a stop the shell has given the terminal its own modes back. */
  #setRawAgain(): void {
    if (!this.#raw) return;
    setMode(false);
    setMode(true);
  }
}

/** Node's raw mode still turns a line feed into a carriage return and a line feed, which moves a guest's cursor. */
function setMode(raw: boolean): void {
  process.stdin.setRawMode(raw);
  if (raw) spawnSync('stty', ['-opost'], { stdio: 'inherit' });
}
