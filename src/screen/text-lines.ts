import type { ScreenRegisters } from '../../runtime/devices/vga/picture.ts';
import { Attribute, AttributeMode, Crtc, CursorStart, Sequencer } from '../../runtime/devices/vga/registers.ts';
import { ADDRESS_BYTES, VGA_MASK } from '../../runtime/devices/vga/scan.ts';
import type { ScreenMode } from './mode.ts';
import { cursorAddress, textColors } from './text-cells.ts';

/** Plane 2 has the fonts: 8 KB each, 32 lines for each of 256 characters. */
const FONT_PLANE = 2;
const FONT_ADDRESSES = 8192;
const GLYPH_LINES = 32;
const FONT_BYTES = FONT_ADDRESSES * ADDRESS_BYTES;

/** Characters whose eighth dot goes on into the ninth, so that frames have no gaps; the range is QEMU's. */
const FIRST_JOINED = 0xb0;
const LAST_JOINED = 0xdf;

/** The blinking parts of the screen: whether each is shown at the moment. */
export interface Blinking {
  readonly textShown: boolean;
  readonly cursorShown: boolean;
}

/** Draws lines of a text screen. */
export class TextLines {
  readonly #mode: ScreenMode;
  readonly #registers: ScreenRegisters;
  readonly #memory: Uint8Array;
  readonly #colors: Uint32Array;
  readonly #blinking: Blinking;
  /** Offsets of the fonts for characters without and with bit 3 of the attribute. */
  readonly #fonts: readonly [number, number];
  readonly #cursor: number;

  constructor(
    mode: ScreenMode,
    registers: ScreenRegisters,
    memory: Uint8Array,
    colors: Uint32Array,
    blinking: Blinking,
  ) {
    this.#mode = mode;
    this.#registers = registers;
    this.#memory = memory;
    this.#colors = colors;
    this.#blinking = blinking;
    this.#fonts = fontOffsets(registers.sequencer[Sequencer.characterMap]);
    this.#cursor = blinking.cursorShown ? cursorAddress(registers) : -1;
  }

  /** A line of dots: row `row` of the characters from an offset in memory on. */
  draw(line: Uint32Array, address: number, row: number): void {
    const { cellWidth } = this.#mode;
    for (let x = 0, at = address; x < line.length; x += cellWidth, at = (at + ADDRESS_BYTES) & VGA_MASK) {
      this.#drawCell(line.subarray(x, x + cellWidth), at, row);
    }
  }

  #drawCell(dots: Uint32Array, at: number, row: number): void {
    const character = this.#memory[at];
    const attribute = this.#memory[at + 1];
    const { foreground, background } = this.#colorsOf(attribute);
    const bits = this.#isSolid(at, attribute, row) ? 0xff : this.#glyphLine(character, attribute, row);
    const joined = this.#isSolid(at, attribute, row) || (bits & 1 && this.#isJoined(character));
    const wide = this.#mode.cellWidth === 16 ? 1 : 0;
    for (let dot = 0; dot < dots.length; dot++) {
      const isSet = dot >> wide < 8 ? (bits >> (7 - (dot >> wide))) & 1 : joined;
      dots[dot] = isSet ? foreground : background;
    }
  }

  #colorsOf(attribute: number): { foreground: number; background: number } {
    const { foreground, background, blinks } = textColors(attribute, this.#registers);
    const isDark = blinks && !this.#blinking.textShown;
    return { foreground: this.#colors[isDark ? background : foreground], background: this.#colors[background] };
  }

  #glyphLine(character: number, attribute: number, row: number): number {
    const font = this.#fonts[(attribute >> 3) & 1];
    return this.#memory[font + (character * GLYPH_LINES + row) * ADDRESS_BYTES];
  }

  /** A line of the cursor, or the underline of a monochrome attribute. */
  #isSolid(at: number, attribute: number, row: number): boolean {
    const { crtc } = this.#registers;
    if ((attribute & 0x77) === 1 && row === (crtc[Crtc.underline] & 0x1f)) return true;
    return (
      at === this.#cursor && row >= (crtc[Crtc.cursorStart] & CursorStart.line) && row <= (crtc[Crtc.cursorEnd] & 0x1f)
    );
  }

  #isJoined(character: number): boolean {
    const lineGraphics = (this.#registers.attribute[Attribute.mode] & AttributeMode.lineGraphics) !== 0;
    return lineGraphics && character >= FIRST_JOINED && character <= LAST_JOINED;
  }
}

/** The character map select has three bits for each font, and the highest of them apart. */
function fontOffsets(select: number): [number, number] {
  const second = ((select >> 4) & 1) | ((select << 1) & 6);
  const first = ((select >> 5) & 1) | ((select >> 1) & 6);
  return [second * FONT_BYTES + FONT_PLANE, first * FONT_BYTES + FONT_PLANE];
}

/** The bytes of all fonts, to find out whether they have changed. */
export function fontBytes(memory: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 8 * FONT_ADDRESSES }, (_, n) => memory[n * ADDRESS_BYTES + FONT_PLANE]);
}
