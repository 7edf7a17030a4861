import type { Machine } from '../machine/machine.ts';
import { ConsoleText } from './console-text.ts';
import { ReleaseChord } from './release-chord.ts';

/** Sequences that keys without a character send to a terminal's guest (ECMA-48, and xterm). */
const sent: Readonly<Record<string, string>> = {
  Enter: '\r',
  Backspace: '\x7f',
  Tab: '\t',
  Escape: '\x1b',
  ArrowUp: '\x1b[A',
  ArrowDown: '\x1b[B',
  ArrowRight: '\x1b[C',
  ArrowLeft: '\x1b[D',
  Home: '\x1b[H',
  End: '\x1b[F',
  Delete: '\x1b[3~',
};

/** A plain console on the first serial port of a machine: its text, and the keys of an element. */
export class SerialConsole {
  readonly #place: HTMLElement;
  readonly #release: () => void;
  readonly #chord = new ReleaseChord();
  #machine: Machine | null = null;
  /** Text typed for a machine that is still being made; null while none is. */
  #held: string | null = null;
  #text = new ConsoleText();
  #isDrawing = false;

  /**
   * @param place gets the text
   * @param target has the keys
   * @param release is called when Ctrl and Alt were pressed together: the user wants out
   */
  constructor(place: HTMLElement, target: HTMLElement, release: () => void) {
    this.#place = place;
    this.#release = release;
    place.hidden = true;
    target.addEventListener('keydown', (event) => this.#press(event));
    target.addEventListener('keyup', (event) => {
      if (this.#chord.letGo(event) && this.#machine) this.#release();
    });
    target.addEventListener('beforeinput', (event) => this.#input(event));
  }

  /** Shows the output of a machine from now on, and sends it what was held for it; null: the console goes away. */
  attach(machine: Machine | null): void {
    const held = this.#held;
    this.#machine = machine;
    this.#held = null;
    this.#place.hidden = machine === null;
    if (!machine) return;
    const text = new ConsoleText();
    this.#text = text;
    const decoder = new TextDecoder();
    this.#draw();
    machine.serial.on('data', (bytes) => {
      text.write(decoder.decode(bytes, { stream: true }));
      this.#draw();
    });
    if (held) this.#send(held);
  }

  /** Keeps what is typed from now on for the machine that is attached next. */
  hold(): void {
    this.#held = '';
  }

  /** Sends text as if it was typed. */
  type(text: string): void {
    this.#send(text.replaceAll('\r\n', '\n').replaceAll('\n', '\r').replaceAll('\b', '\x7f'));
  }

  #send(text: string): void {
    if (this.#machine) void this.#machine.serial.write(text).catch(() => {});
    else if (this.#held !== null) this.#held += text;
  }

  /** With the next picture of the browser, however much comes until then. */
  #draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#place.textContent = this.#text.text;
      this.#place.scrollTop = this.#place.scrollHeight;
    });
  }

  #press(event: KeyboardEvent): void {
    this.#chord.press(event);
    const text = textOf(event);
    if (text === undefined) return;
    if (this.#machine) event.preventDefault();
    this.#send(text);
  }

  #input({ data, dataTransfer, inputType }: InputEvent): void {
    const text = data ?? dataTransfer?.getData('text/plain');
    if (text) this.type(text);
    else if (inputType === 'insertLineBreak') this.type('\n');
    else if (inputType === 'deleteContentBackward') this.type('\b');
  }
}

/** The text that a key sends by itself; undefined: none, or it becomes a character together with others. */
function textOf(event: KeyboardEvent): string | undefined {
  const { key, ctrlKey, altKey, metaKey } = event;
  if (event.isComposing || metaKey) return undefined;
  if (key.length > 1) return sent[key];
  if (altKey || ctrlKey) {
    if (event.getModifierState('AltGraph')) return key;
    // The control characters are letters without their upper bits.
    return ctrlKey && !altKey && !event.shiftKey && /[a-z]/.test(key)
      ? String.fromCharCode(key.charCodeAt(0) & 0x1f)
      : undefined;
  }
  return key;
}
