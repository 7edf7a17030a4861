import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { type IBuffer, type IBufferLine, Terminal } from '@xterm/xterm';
import type { SerialPort } from '../src/browser/index.ts';
import { ReleaseChord } from '../src/browser/release-chord.ts';

/** Lines that were shorter would not be put together again. */
const LEAST_COLUMNS = 20;

/** Lines that are kept with a saved machine. */
const MOST_LINES = 200;

/** The terminal on one of a machine's serial ports. It is made when it is shown, or something comes. */
export class SerialTerminal {
  readonly #place: HTMLElement;
  readonly #fit = new FitAddon();
  #opened: Terminal | null = null;
  #port: SerialPort | null = null;

  readonly #release: () => void;
  #hasScreenReader = false;
  readonly #chord = new ReleaseChord();
  /** Text typed for a machine that is still being made; null while none is. */
  #held: string | null = null;

  /** @param release is called when Ctrl and Alt were pressed together, and no other key: all others are the guest's */
  constructor(place: HTMLElement, release: () => void) {
    this.#place = place;
    this.#release = release;
    new ResizeObserver(() => this.fit()).observe(place);
  }

  get #terminal(): Terminal {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  #open(): Terminal {
    const terminal = new Terminal({
      cursorBlink: true,
      fontFamily: 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace',
      fontSize: 15,
      scrollback: 5000,
      screenReaderMode: this.#hasScreenReader,
      theme: { background: '#0c1116', foreground: '#e6e3dd', cursor: '#f0a35e' },
    });
    terminal.loadAddon(this.#fit);
    terminal.open(this.#place);
    terminal.attachCustomKeyEventHandler((event) => this.#isForGuest(event));
    terminal.onData((text) => this.#send(text));
    return terminal;
  }

  #isForGuest(event: KeyboardEvent): boolean {
    if (event.type === 'keydown') this.#chord.press(event);
    else if (event.type === 'keyup' && this.#chord.letGo(event)) this.#release();
    return true;
  }

  #send(text: string): void {
    if (this.#held !== null) this.#held += text;
    else void this.#port?.write(text).catch(() => {});
  }

  /** Whether what comes is there for screen readers too, which costs time. */
  setScreenReader(isOn: boolean): void {
    this.#hasScreenReader = isOn;
    if (this.#opened) this.#opened.options.screenReaderMode = isOn;
  }

  /** Keeps what is typed from now on for the port that is attached next, or forgets it. */
  hold(isMachineComing: boolean): void {
    this.#held = isMachineComing ? '' : null;
  }

  /**
   * Shows what comes out of this port from now on. The guest waits while the terminal is behind.
   * @param onOutput is told of it
   * @param before what it shows first, as `contents` had it
   */
  attach(port: SerialPort, onOutput: () => void, before = ''): void {
    const held = this.#held;
    this.#held = null;
    this.#port = port;
    this.#opened?.reset();
    if (before !== '') this.#terminal.write(before);
    if (held) this.#send(held);
    port.on('data', (bytes) => {
      onOutput();
      return new Promise<void>((resolve) => this.#terminal.write(new Uint8Array(bytes), resolve));
    });
  }

  /** The text of its last lines up to the cursor, to be shown again; attributes of characters are not kept. */
  get contents(): string {
    const buffer = this.#opened?.buffer.active;
    if (!buffer) return '';
    const last = buffer.baseY + buffer.cursorY;
    const first = Math.max(last - MOST_LINES + 1, 0);
    const lines = Array.from({ length: last - first }, (_, n) => lineOf(buffer, first + n).translateToString(true));
    return [...lines, lineOf(buffer, last).translateToString(false, 0, buffer.cursorX)].join('\r\n');
  }

  /** Makes lines as long as its place is wide. While the page is laid out that may be next to nothing. */
  fit(): void {
    if (!this.#opened?.element?.offsetParent) return;
    const { cols = 0 } = this.#fit.proposeDimensions() ?? {};
    if (cols >= LEAST_COLUMNS) this.#fit.fit();
  }

  focus(): void {
    this.#terminal.focus();
    this.fit();
  }

  /** Sends text as if it was typed. */
  type(text: string): void {
    this.#send(text.replaceAll('\n', '\r'));
  }
}

function lineOf(buffer: IBuffer, n: number): IBufferLine {
  return buffer.getLine(n)!;
}
