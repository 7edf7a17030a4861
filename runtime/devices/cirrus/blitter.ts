import type { VideoRam } from '../vga/video-ram.ts';
import { type Blit, decodeBlit, isPattern, PATTERN_SIZE, patternPitch, systemLineBytes } from './blit.ts';
import {
  type DrawLine,
  expandedBytes,
  expandLine,
  expandPatternLine,
  fillLine,
  patternLine,
  patternPlace,
} from './blit-colors.ts';
import { copyLine } from './blit-copy.ts';
import { BlitStart, Graphics } from './registers.ts';
import { type CirrusState, LINE_BYTES } from './state.ts';
import { type Surface, surfaceOf } from './surface.ts';

/** A pixel reaches so many bytes beyond its line at most. */
const OVERHANG = 4;

const drawLine: Readonly<Record<Blit['kind'], DrawLine>> = {
  copy: copyLine,
  expansion: expandLine,
  pattern: patternLine,
  expandedPattern: expandPatternLine,
  fill: fillLine,
};

/**
 * The BitBLT engine: copies and fills rectangles of video memory (manual, "BitBLT"). It is done at once, but
 * where the processor writes the source: then what it writes to video memory is that, until all has come.
 */
export class Blitter {
  readonly #state: CirrusState;
  readonly #memory: VideoRam;
  /** Called when the processor's writes go elsewhere from now on. */
  readonly #changed: () => void;
  /** Derived: the transfer that goes on. */
  #blit: Blit | null = null;

  constructor(state: CirrusState, memory: VideoRam, changed: () => void) {
    this.#state = state;
    this.#memory = memory;
    this.#changed = changed;
  }

  /** The state has been loaded. */
  restored(): void {
    const { isActive, registers } = this.#state.transfer;
    this.#blit = isActive ? decodeBlit(registers) : null;
    if (this.#blit === null) this.#state.transfer.isActive = false;
  }

  /** Whether stores to video memory are the source of a BitBLT. */
  get isReceiving(): boolean {
    return this.#state.transfer.isActive;
  }

  /** GR31 is written. */
  control(value: number): void {
    const { graphics } = this.#state;
    const before = graphics[Graphics.blitStart];
    graphics[Graphics.blitStart] = value;
    if ((before & ~value & BlitStart.reset) !== 0) this.#end();
    else if ((value & ~before & BlitStart.start) !== 0) this.start();
  }

  start(): void {
    const { graphics, background, foreground, transfer } = this.#state;
    graphics[Graphics.blitStart] |= BlitStart.busy;
    transfer.registers.set(graphics);
    transfer.registers[Graphics.background] = background;
    transfer.registers[Graphics.foreground] = foreground;
    const blit = decodeBlit(transfer.registers);
    if (blit?.isFromSystem) this.#receive(blit);
    else {
      if (blit) this.#drawFromMemory(blit);
      this.#end();
    }
  }

  #receive(blit: Blit): void {
    Object.assign(this.#state.transfer, { isActive: true, line: 0, filled: 0 });
    this.#blit = blit;
    this.#changed();
  }

  /** An access of the processor: what is left of it when all has come is lost, as the chip takes double words. */
  receive(size: number, value: number): void {
    for (let n = 0; n < size && this.isReceiving; n++) this.#take((value >>> (8 * n)) & 0xff);
  }

  #take(byte: number): void {
    const { transfer } = this.#state;
    const blit = this.#blit!;
    transfer.buffer[transfer.filled++] = byte;
    if (transfer.filled < systemLineBytes(blit)) return;
    transfer.filled = 0;
    const from: Surface = { bytes: transfer.buffer, start: 0, mask: LINE_BYTES - 1 };
    if (isPattern(blit)) {
      this.#drawPattern(blit, from, 0);
      this.#end();
      return;
    }
    this.#draw(blit, from, 0, transfer.line++);
    if (transfer.line === blit.height) this.#end();
  }

  #drawFromMemory(blit: Blit): void {
    const memory = surfaceOf(this.#memory);
    const { kind, height, source, sourcePitch } = blit;
    if (isPattern(blit)) {
      this.#drawPattern(blit, memory, patternPlace(blit).start);
      return;
    }
    const pitch = kind === 'expansion' ? expandedBytes(blit) : sourcePitch;
    for (let y = 0; y < height; y++) this.#draw(blit, memory, source + y * pitch, y);
  }

  #drawPattern(blit: Blit, from: Surface, start: number): void {
    const first = patternPlace(blit).row;
    const pitch = patternPitch(blit);
    for (let y = 0; y < blit.height; y++) {
      this.#draw(blit, from, start + ((first + y) % PATTERN_SIZE) * pitch, y);
    }
  }

  /** Line `y`, with the source's first byte at an address. */
  #draw(blit: Blit, from: Surface, source: number, y: number): void {
    const { operation, destination, destinationPitch, width, isBackwards } = blit;
    if (operation === null) return;
    const to = destination + y * destinationPitch;
    drawLine[blit.kind](blit, operation, surfaceOf(this.#memory), from, source, to);
    const first = Math.max(0, (isBackwards ? to - width + 1 : to) - OVERHANG);
    this.#memory.stored(first, width + 2 * OVERHANG);
  }

  #end(): void {
    this.#state.graphics[Graphics.blitStart] &= ~(BlitStart.start | BlitStart.busy | BlitStart.fifo);
    this.#blit = null;
    if (!this.isReceiving) return;
    this.#state.transfer.isActive = false;
    this.#changed();
  }
}
