import { LineEditor } from './line-editor.ts';
import type { Monitor } from './monitor.ts';

const encoder = new TextEncoder();
/** As on a serial line: what somebody types need not be UTF-8. */
const decoder = new TextDecoder('latin1');

/** A monitor on a terminal or a connection: a greeting, a prompt, a line to be edited, the answer. */
export class MonitorSession {
  readonly #monitor: Monitor;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  /** Lines that were typed, by whoever was there. */
  readonly #history: string[] = [];
  /** Anew for each who comes: what those before have asked is answered to nobody. */
  #editor: LineEditor;
  #isOpen = false;
  #isGreeted = false;
  /** Its input goes to somebody else. */
  #isHidden = false;
  #done: Promise<void> = Promise.resolve();

  /** `write` resolves when the bytes have been taken. */
  constructor(monitor: Monitor, write: (bytes: Uint8Array) => Promise<void>) {
    this.#monitor = monitor;
    this.#write = write;
    this.#editor = this.#newEditor();
  }

  #newEditor(): LineEditor {
    const editor: LineEditor = new LineEditor(
      {
        prompt: '(qemu) ',
        write: async (text) => {
          if (editor === this.#editor) await this.#print(text);
        },
        enter: (line) => this.#execute(line, editor),
        complete: (text) => this.#monitor.complete(text),
      },
      this.#history,
    );
    return editor;
  }

  /** Somebody is at the other end, who is greeted as soon as input comes here. */
  opened(): void {
    this.#isOpen = true;
    this.#isGreeted = false;
    this.#editor = this.#newEditor();
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

  /** Takes typed bytes. Resolves when the commands in them are done, and their answers taken. */
  type(bytes: Uint8Array): Promise<void> {
    const text = decoder.decode(bytes);
    const editor = this.#editor;
    this.#done = this.#done.then(() => editor.type(text));
    return this.#done;
  }

  async #execute(line: string, editor: LineEditor): Promise<void> {
    const answer = await this.#monitor.execute(line, editor.history);
    if (editor !== this.#editor) return;
    await this.#print(answer);
    if (editor === this.#editor && !this.#isHidden && !this.#monitor.hasQuit) editor.start();
  }

  /** A terminal wants both characters, and QEMU sends both on any connection. */
  async #print(text: string): Promise<void> {
    if (text !== '') await this.#write(encoder.encode(text.replaceAll('\n', '\r\n')));
  }
}
