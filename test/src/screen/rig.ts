import type { ScreenRegisters } from '../../../runtime/devices/vga/picture.ts';
import { Renderer, type ScreenImage } from '../../../src/screen/renderer.ts';
import { VideoMemory } from '../../../src/screen/video-memory.ts';
import type { ModeTable } from '../../oracle/display/modes.ts';

const MEMORY_BYTES = 0x40000;
const PAGE = 4096;

/** The registers as a guest leaves them that sets a mode; colors of the DAC are their numbers in red, and 1 in blue. */
export function registersOf(mode: ModeTable): ScreenRegisters {
  return {
    miscellaneous: mode.miscellaneous,
    sequencer: Uint8Array.from([...mode.sequencer, 0, 0, 0]),
    graphics: Uint8Array.from([...mode.graphics, 0, 0, 0, 0, 0, 0, 0]),
    crtc: Uint8Array.from(mode.crtc),
    attribute: Uint8Array.from([...mode.attribute, ...new Array(11).fill(0)]),
    attributeIndex: 0x20,
    dacMask: 0xff,
    palette: Uint8Array.from({ length: 768 }, (_, n) => [Math.floor(n / 3), 0, 1][n % 3]!),
    ...{ scan: {}, wideColors: false, cursor: null },
  };
}

/** A screen without a machine: memory is written, and a picture asked for. */
export class ScreenRig {
  readonly memory = new VideoMemory();
  readonly renderer = new Renderer(this.memory);
  readonly bytes = new Uint8Array(MEMORY_BYTES);
  registers: ScreenRegisters;

  constructor(mode: ModeTable) {
    this.registers = registersOf(mode);
    this.update(Array.from({ length: MEMORY_BYTES / PAGE }, (_, page) => page));
  }

  /** Sends pages as the machine would. */
  update(pages: readonly number[] = []): void {
    const bytes = new Uint8Array(pages.length * PAGE);
    pages.forEach((page, n) => {
      bytes.set(this.bytes.subarray(page * PAGE, (page + 1) * PAGE), n * PAGE);
    });
    const { registers } = this;
    this.memory.apply({ registers: structuredClone(registers), memoryBytes: MEMORY_BYTES, pages, bytes });
  }

  /** Writes a byte, and sends its page. */
  set(at: number, ...values: number[]): void {
    values.forEach((value, n) => {
      this.bytes[at + n] = value;
    });
    this.update([Math.floor(at / PAGE)]);
  }

  /** A character and its attribute, and a line of its glyph in the first font. */
  cell(index: number, character: number, attribute: number): void {
    this.set(4 * index, character, attribute);
  }

  glyph(character: number, row: number, bits: number): void {
    this.set(4 * (32 * character + row) + 2, bits);
  }

  render(...blinking: Parameters<Renderer['render']>): ScreenImage {
    this.update();
    return this.renderer.render(...blinking);
  }
}

/** The red of dots of a line, as the DAC's number of the color (its highest six bits). */
export function line({ width, data }: ScreenImage, y: number, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, n) => data[4 * (y * width + from + n)]! >> 2);
}
