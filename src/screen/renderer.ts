import type { ScreenRegisters } from '../../runtime/devices/vga/picture.ts';
import { Attribute } from '../../runtime/devices/vga/registers.ts';
import { ADDRESS_BYTES } from '../../runtime/devices/vga/scan.ts';
import { BLACK, palette16, palette256 } from './colors.ts';
import { bytesOfPixels, drawLine, type LineColors } from './graphics-lines.ts';
import { drawCursor } from './hardware-cursor.ts';
import { decodeMode, type ScreenMode } from './mode.ts';
import { type Blinking, fontBytes, TextLines } from './text-lines.ts';
import type { VideoMemory } from './video-memory.ts';

/** A picture of the screen, as the ImageData of browsers has it. */
export interface ScreenImage {
  /** Dots of a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** Red, green, blue and alpha of each dot, line by line. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** The inputs of a picture besides memory. */
interface Shown {
  readonly mode: ScreenMode;
  readonly registers: ScreenRegisters;
  readonly blinking: Blinking;
}

/** How large a card's picture is that nobody has set up. */
const INITIAL = { width: 640, height: 480 } as const;
/** Everything that blinks is shown: two pictures of the same screen are alike. */
export const STEADY: Blinking = { textShown: true, cursorShown: true };

/** Makes pictures of video memory, and draws only lines whose bytes have changed since the picture before. */
export class Renderer {
  readonly #memory: VideoMemory;
  #width: number = INITIAL.width;
  #height: number = INITIAL.height;
  #dots: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  /** A key of the picture's inputs besides the bytes of its lines. */
  #drawnWith = '';
  /** Lines drawn in the last picture. */
  drawn = 0;

  constructor(memory: VideoMemory) {
    this.#memory = memory;
  }

  /** The dots belong to the caller. */
  render(blinking: Blinking = STEADY): ScreenImage {
    const { registers } = this.#memory;
    const isChanged = this.#memory.takeChanged();
    const mode = registers && decodeMode(registers);
    if (registers === null || mode === null || mode.isOff) this.#darken();
    else this.#draw({ mode, registers, blinking }, this.#isSame(mode, registers, blinking) ? isChanged : () => true);
    const buffer = this.#dots.buffer.slice(0);
    // Not into the lines that are kept: where it was they show again when it has moved.
    if (registers?.cursor && !mode?.isOff) {
      drawCursor(registers.cursor, this.#memory.bytes, new Uint32Array(buffer), this.#width);
    }
    const data = new Uint8ClampedArray(buffer);
    return { width: this.#width, height: this.#height, data };
  }

  /** A dark screen is as large as the picture before. */
  #darken(): void {
    this.#resize(this.#width, this.#height);
    this.#dots.fill(BLACK);
    this.#drawnWith = '';
  }

  #resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    if (this.#dots.length !== width * height) this.#dots = new Uint32Array(width * height);
  }

  /** Whether lines whose bytes have not changed look as they did. */
  #isSame(mode: ScreenMode, registers: ScreenRegisters, blinking: Blinking): boolean {
    const fonts = mode.format === 'text' ? fontBytes(this.#memory.bytes).join() : '';
    const { sequencer, graphics, crtc, attribute, palette, cursor: _, ...rest } = registers;
    const key = [sequencer, graphics, crtc, attribute, palette, fonts, JSON.stringify([rest, blinking])].join(';');
    const same = key === this.#drawnWith;
    this.#drawnWith = key;
    return same;
  }

  #draw(shown: Shown, isChanged: (start: number, length: number) => boolean): void {
    const { mode } = shown;
    this.#resize(mode.width, mode.height);
    const draw = lineDrawer(shown, this.#memory.bytes);
    const pixels = Math.ceil((mode.width + mode.panning) / mode.dots);
    const length = mode.format === 'text' ? mode.lineBytes + ADDRESS_BYTES : bytesOfPixels(mode.format, pixels);
    this.drawn = 0;
    for (let y = 0; y < mode.height; y++) {
      if (!isChanged(mode.addresses[y], length)) continue;
      draw(this.#dots.subarray(y * mode.width, (y + 1) * mode.width), y);
      this.drawn++;
    }
  }
}

/** Draws one line of the screen: its pixels, made as wide as they are shown, from where panning begins. */
function lineDrawer(shown: Shown, memory: Uint8Array): (dots: Uint32Array, y: number) => void {
  const { mode } = shown;
  const draw = pixelDrawer(shown, memory);
  const shift = mode.dots - 1;
  // One cell more than is shown, for panning.
  const pixels = new Uint32Array((mode.width + mode.cellWidth) >> shift);
  return (dots, y) => {
    draw(pixels, y);
    const panning = y >= mode.split && mode.panningStops ? 0 : mode.panning;
    if (shift === 0) dots.set(pixels.subarray(panning, panning + dots.length));
    else for (let x = 0; x < dots.length; x++) dots[x] = pixels[(x + panning) >> shift];
    dots.fill(BLACK, ...mode.blanked);
  };
}

function pixelDrawer(shown: Shown, memory: Uint8Array): (pixels: Uint32Array, y: number) => void {
  const { mode, registers, blinking } = shown;
  const { format, addresses, rows } = mode;
  const planes = registers.attribute[Attribute.planeEnable] & 15;
  const colors: LineColors = { sixteen: palette16(registers), all: palette256(registers), planes };
  if (format !== 'text') {
    return (pixels, y) => drawLine[format](pixels, memory, addresses[y], colors);
  }
  const text = new TextLines(mode, registers, memory, colors.sixteen, blinking);
  return (pixels, y) => text.draw(pixels, addresses[y], rows[y]);
}
