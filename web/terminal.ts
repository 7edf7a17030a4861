import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import type { Machine } from '../src/browser/index.ts';

/** Lines that were shorter would not be put together again. */
const LEAST_COLUMNS = 20;

/** The terminal on a machine's first serial port. */
export class SerialTerminal {
  readonly #terminal = new Terminal({
    cursorBlink: true,
    fontFamily: 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace',
    fontSize: 15,
    scrollback: 5000,
    screenReaderMode: false,
    theme: { background: '#0c1116', foreground: '#e6e3dd', cursor: '#f0a35e' },
  });
  readonly #fit = new FitAddon();
  #machine: Machine | null = null;

  constructor(place: HTMLElement) {
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(place);
    this.#terminal.onData((text) => void this.#machine?.serial.write(text).catch(() => {}));
    new ResizeObserver(() => this.fit()).observe(place);
  }

  /** Shows what this machine sends from now on. The guest waits while the terminal is behind. */
  attach(machine: Machine): void {
    this.#machine = machine;
    this.#terminal.reset();
    machine.serial.on(
      'data',
      (bytes) => new Promise<void>((resolve) => this.#terminal.write(new Uint8Array(bytes), resolve)),
    );
  }

  /** Makes lines as long as its place is wide. While the page is laid out that may be next to nothing. */
  fit(): void {
    const { cols = 0 } = (this.#terminal.element?.offsetParent && this.#fit.proposeDimensions()) || {};
    if (cols >= LEAST_COLUMNS) this.#fit.fit();
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** What the terminal shows, line by line, without blanks at the ends of lines. */
  get text(): string {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: active.length }, (_, n) => active.getLine(n)?.translateToString(true) ?? '')
      .join('\n')
      .trimEnd();
  }

  /** Sends text as if it was typed. */
  type(text: string): void {
    void this.#machine?.serial.write(text.replaceAll('\n', '\r')).catch(() => {});
  }
}
