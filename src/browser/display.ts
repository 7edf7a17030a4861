import type { Machine } from '../machine/machine.ts';
import type { ScreenFrame } from '../screen/index.ts';
import type { Blinking } from '../screen/text-lines.ts';
import type { PointerPlace } from './pointer.ts';

/** How long a blinking cursor, and blinking text, is shown and then not, in milliseconds: 16 and 32 pictures at 70 Hz. */
const CURSOR_BLINK = 228;
const TEXT_BLINK = 457;
/** After so many looks without a change it looks less often. */
const QUIET = 30;
/** Animation frames between two looks at a quiet screen. */
const QUIET_INTERVAL = 4;
/** Pixels are drawn this many times as large at most before the browser makes them fit. */
const LARGEST_FACTOR = 4;
/** Tubes were 4 to 3, whatever number of dots was on them. */
const TUBE = 4 / 3;

/** The elements that a screen is drawn on. */
export interface DisplayElements {
  readonly canvas: HTMLCanvasElement;
  /** Lies over the canvas, with invisible text that can be selected. */
  readonly text: HTMLElement;
}

/** Shows a machine's screen on a canvas, as often as the browser draws, while the machine lives. */
export class Display {
  readonly #elements: DisplayElements;
  readonly #onFrame: (frame: ScreenFrame) => void;
  /** The picture, dot by dot. */
  readonly #picture = document.createElement('canvas');
  #machine: Machine | null = null;
  #unchanged = 0;
  #last: ScreenFrame | null = null;

  /** `onFrame` is called for every picture that differs from the one before. */
  constructor(elements: DisplayElements, onFrame: (frame: ScreenFrame) => void = () => {}) {
    this.#elements = elements;
    this.#onFrame = onFrame;
    new ResizeObserver(() => this.#fit()).observe(elements.canvas);
  }

  /** Shows this machine from now on, or none. */
  attach(machine: Machine | null): void {
    this.#machine = machine;
    if (machine) void this.#run(machine);
  }

  /** How many dots the picture has; null: none has come yet. */
  get size(): { readonly width: number; readonly height: number } | null {
    return this.#last?.image ?? null;
  }

  /** Something is about to change, such as after a key. */
  wake(): void {
    this.#unchanged = 0;
  }

  /** Where a place of the window is on the picture; null while there is text to be selected, or nothing. */
  placeOf(clientX: number, clientY: number): PointerPlace | null {
    if (!this.#last || this.#last.text || !this.#machine) return null;
    const { width, height } = this.#last.image;
    const shown = this.#elements.canvas.getBoundingClientRect();
    const x = ((clientX - shown.left) * width) / shown.width;
    const y = ((clientY - shown.top) * height) / shown.height;
    return { x, y, width, height };
  }

  /** A machine that was stopped shows its last picture; one without a display adapter none. */
  async #run(machine: Machine): Promise<void> {
    for (let n = 0; this.#machine === machine && machine.state !== 'ended'; n++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const isQuiet = this.#unchanged > QUIET && n % QUIET_INTERVAL !== 0;
      if (isQuiet || this.#elements.canvas.clientWidth === 0) continue;
      const frame = await machine.screen.frame(blinkingAt(performance.now())).catch(() => undefined);
      if (frame === undefined) return;
      this.#unchanged = frame ? 0 : this.#unchanged + 1;
      if (frame) this.#draw(frame);
    }
  }

  #draw(frame: ScreenFrame): void {
    const { width, height, data } = frame.image;
    setSize(this.#picture, width, height);
    this.#picture.getContext('2d', { alpha: false })?.putImageData(new ImageData(data, width, height), 0, 0);
    this.#last = frame;
    this.#fit();
    this.#onFrame(frame);
  }

  /** Makes the last picture and its text as large as the canvas is shown. */
  #fit(): void {
    if (!this.#last) return;
    const { width, height } = this.#last.image;
    this.#enlarge(width, height);
    this.#showText(this.#last);
  }

  /** Dots become squares of whole pixels first: they stay sharp where the browser then has to fit them in. */
  #enlarge(width: number, height: number): void {
    const { canvas } = this.#elements;
    canvas.style.setProperty('--ratio', String(aspectRatio(width, height)));
    const shown = (canvas.clientWidth * devicePixelRatio) / width;
    const factor = Math.min(Math.max(Math.ceil(shown), 1), LARGEST_FACTOR);
    setSize(canvas, width * factor, height * factor);
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) return;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#picture, 0, 0, canvas.width, canvas.height);
  }

  #showText({ text }: ScreenFrame): void {
    const layer = this.#elements.text;
    const lines = text?.lines ?? '';
    if (layer.textContent !== lines) layer.textContent = lines;
    layer.hidden = text === null;
    if (text === null) return;
    const { clientWidth, clientHeight } = this.#elements.canvas;
    layer.style.setProperty('--columns', String(text.columns));
    layer.style.setProperty('--rows', String(text.rows));
    const scale = [clientWidth / (text.columns * widthOf(layer)), clientHeight / (text.rows * LINE_HEIGHT)];
    layer.style.transform = `scale(${scale.join()})`;
  }
}

/** Line height of the invisible text, in pixels before it is scaled; its style sheet has the same value. */
const LINE_HEIGHT = 16;

/** Pixels that a character of the invisible text is wide. */
function widthOf(layer: HTMLElement): number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return LINE_HEIGHT / 2;
  context.font = getComputedStyle(layer).font;
  return context.measureText('0').width;
}

function setSize(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Modes from the time of tubes fill them; in later ones dots are square. */
function aspectRatio(width: number, height: number): number {
  return height < 480 || width === 720 || width === 360 ? TUBE : width / height;
}

function blinkingAt(milliseconds: number): Blinking {
  return {
    cursorShown: Math.floor(milliseconds / CURSOR_BLINK) % 2 === 0,
    textShown: Math.floor(milliseconds / TEXT_BLINK) % 2 === 0,
  };
}
