import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { TerminalColors } from '../screen/terminal.ts';
import type { Connection, ConnectionPeer } from './backends/connection.ts';
import type { TerminalSize } from './escape.ts';

/** Undoes what a guest may have left the terminal in: attributes, hidden cursor, keypad, mouse and paste modes. */
const NORMAL_MODES = '\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1l\x1b>\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l';

/** The alternate screen of xterm, with the cursor where it was when it is left. */
const SCREEN_ON = '\x1b[?1049h';
const SCREEN_OFF = '\x1b[0m\x1b[?25h\x1b[?1049l';

/** Bytes of input that are read though nobody has taken them: commands among them are heard while a guest hangs. */
const READ_AHEAD = 1 << 20;
/** Milliseconds that leaving waits for output that nobody reads. */
const LEAVE = 1000;

/** The program's standard input and output. What is no terminal is left as it is. */
export class Terminal implements Connection {
  readonly filename = 'stdio';
  readonly #restore = () => this.#setRaw(false);
  readonly #continue = () => this.#setRawAgain();
  #raw = false;
  /** Bytes of input that have not been taken. */
  #waiting = 0;
  #closed = false;
  /** Messages to print when the screen is no longer shown; null while it isn't shown. */
  #held: string[] | null = null;

  /** As it is now; undefined: it is no terminal, or one that doesn't know. */
  get size(): TerminalSize | undefined {
    const { rows, columns } = process.stdout;
    return rows > 0 && columns > 0 ? { rows, columns } : undefined;
  }

  /**
   * Passes every key to whoever reads, Ctrl-C and the like too, until `close()` or the end of the program. The peer gets
   * the next bytes while earlier ones are not taken yet, but little more than READ_AHEAD in all.
   */
  async open(peer: ConnectionPeer): Promise<void> {
    if (!peer.takesInput) return;
    for (const stream of [process.stdout, process.stderr]) doNotBlock(stream);
    this.#setRaw(true);
    process.on('exit', this.#restore);
    process.on('SIGCONT', this.#continue);
    process.stdin.on('data', (bytes: Buffer) => this.#pass(bytes, peer));
    // The input may fail, such as on a terminal that is gone: the guest then has none.
    process.stdin.on('error', () => {});
    peer.opened();
  }

  async #pass(bytes: Uint8Array, peer: ConnectionPeer): Promise<void> {
    this.#waiting += bytes.length;
    if (this.#waiting >= READ_AHEAD) process.stdin.pause();
    await peer.receive(bytes);
    this.#waiting -= bytes.length;
    if (this.#waiting < READ_AHEAD && !this.#closed) process.stdin.resume();
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

  /** Colors that it has, as far as it tells. */
  get colors(): TerminalColors {
    return /^(truecolor|24bit)$/.test(process.env.COLORTERM ?? '') ? 'true' : '256';
  }

  /** Calls a function whenever its size has changed. */
  onResize(changed: () => void): void {
    process.stdout.on('resize', changed);
  }

  /** Goes to a screen of its own, or comes back from it. What is said meanwhile is shown afterwards. */
  showScreen(isShown: boolean): void {
    if (isShown === (this.#held !== null)) return;
    const notes = this.#held ?? [];
    this.#held = isShown ? [] : null;
    process.stdout.write(isShown ? SCREEN_ON : SCREEN_OFF);
    for (const note of notes) this.note(note);
  }

  /** Says something to the user, on a line of its own. */
  note(text: string): void {
    if (this.#held) {
      this.#held.push(text);
      return;
    }
    process.stderr.write(this.#raw ? `\n${text}\n`.replaceAll('\n', '\r\n') : `${text}\n`);
  }

  /** Waits for the output to be written, but not for long, and leaves the terminal as it was. */
  async close(): Promise<void> {
    this.#closed = true;
    this.showScreen(false);
    await Promise.race([this.write(new Uint8Array(0)), wait(LEAVE, undefined, { ref: false })]);
    this.#setRaw(false);
    process.off('exit', this.#restore);
    process.off('SIGCONT', this.#continue);
    process.stdin.pause();
  }

  #setRaw(raw: boolean): void {
    if (!raw) this.showScreen(false);
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

/** Node writes to a terminal and waits; where nobody reads that (a stopped terminal program) no signal would be heard. */
function doNotBlock(stream: NodeJS.WriteStream): void {
  const { _handle } = stream as { _handle?: { setBlocking?(on: boolean): void } };
  if (stream.isTTY) _handle?.setBlocking?.(false);
}

/** Node's raw mode still turns a line feed into a carriage return and a line feed, which moves a guest's cursor. */
function setMode(raw: boolean): void {
  process.stdin.setRawMode(raw);
  // It gets no output: what a child process inherits is made to block again.
  if (raw) spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}
