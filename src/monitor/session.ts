import { LineEditor } from './line-editor.ts';
import type { Monitor } from './monitor.ts';

const encoder = new TextEncoder();
/** As on a serial line: what somebody types need not be UTF-8. */
const decoder = new TextDecoder('latin1');

/** A monitor on a terminal or a connection: a greeting, a prompt, a line to be edited, the answer. */
export class MonitorSession {
  readonly #monitor: Monitor;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #editor: LineEditor;
  #isOpen = false;
  #isGreeted = false;
  /** Its input goes to somebody else. */
  #isHidden = false;
  #done: Promise<void> = Promise.resolve();

  /** `write` resolves when the bytes have been taken. */
  constructor(monitor: Monitor, write: (bytes: Uint8Array) => Promise<void>) {
    this.#monitor = monitor;
    this.#write = write;
    this.#editor = new LineEditor({
      prompt: '(qemu) ',
      write: (text) => this.#print(text),
      enter: (line) => this.#execute(line),
      complete: (text) => monitor.complete(text),
    });
  }

  /** Somebody is at the other end, who is greeted as soon as input comes here. */
  opened(): void {
    this.#isOpen = true;
    this.#isGreeted = false;
    if (!this.#isHidden) this.#begin();
  }

  /** Input goes to another device, or comes here again. */
  focus(hasInput: boolean): void {
    this.#isHidden = !hasInput;
    if (!this.#isOpen) return;
    if (hasInput) this.#begin();
    else void this.#print('\n');
  }

  #begin(): void {
    if (!this.#isGreeted) void this.#print(`${this.#monitor.greeting}\n`);
    this.#isGreeted = true;
    this.#editor.start();
  }

  /** What was typed. Resolves when the commands in it are done, and their answers taken. */
  type(bytes: Uint8Array): Promise<void> {
    const text = decoder.decode(bytes);
    this.#done = this.#done.then(() => this.#editor.type(text));
    return this.#done;
  }

  async #execute(line: string): Promise<void> {
    await this.#print(await this.#monitor.execute(line, this.#editor.history));
    if (!this.#isHidden && !this.#monitor.hasQuit) this.#editor.start();
  }

  /** A terminal wants both characters, and QEMU sends both on any connection. */
  async #print(text: string): Promise<void> {
    if (text !== '') await this.#write(encoder.encode(text.replaceAll('\n', '\r\n')));
  }
}
