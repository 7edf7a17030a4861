import type { VideoRam } from '../vga/video-ram.ts';
import { MEMORY_BYTES } from './registers.ts';
import type { VmwareState } from './state.ts';

/** Work that a line is beside its bytes. */
const LINE_WORK = 64;

/** A rectangle of the picture: pixels and lines, from its upper left corner. Unsigned, as commands have them. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Bytes from one line of the picture to the next: as the driver has locked them, if lines of that length hold the picture, and memory holds them. */
export function lineBytesOf({ width, height, depth, pitchLock }: VmwareState): number {
  const least = (width * depth) >> 3;
  const locked = pitchLock >>> 0;
  return locked >= least && locked * height <= MEMORY_BYTES ? locked : least;
}

/** The picture in video memory, as commands draw into it. */
export class Surface {
  readonly #state: VmwareState;
  readonly #memory: VideoRam;

  constructor(state: VmwareState, memory: VideoRam) {
    this.#state = state;
    this.#memory = memory;
  }

  /** Whether a rectangle is within the picture, so that it can be drawn. */
  contains({ x, y, width, height }: Rectangle): boolean {
    return x + width <= this.#state.width && y + height <= this.#state.height;
  }

  /** @returns the work it was, in bytes */
  fill(rectangle: Rectangle, pixel: number): number {
    const { x, y, width, height } = rectangle;
    if (width === 0 || height === 0) return 0;
    const { bytes } = this.#memory.ram;
    const size = this.#state.depth >> 3;
    const first = this.#addressOf(x, y);
    for (let column = 0; column < width; column++)
      for (let n = 0; n < size; n++) bytes[first + column * size + n] = pixel >>> (8 * n);
    for (let line = 1; line < height; line++)
      bytes.copyWithin(this.#addressOf(x, y + line), first, first + width * size);
    return this.#stored(rectangle);
  }

  /** Source and destination may overlap. @returns the work it was, in bytes */
  copy(fromX: number, fromY: number, to: Rectangle): number {
    const { bytes } = this.#memory.ram;
    const length = to.width * (this.#state.depth >> 3);
    for (let n = 0; n < to.height; n++) {
      const line = fromY < to.y ? to.height - 1 - n : n;
      const from = this.#addressOf(fromX, fromY + line);
      bytes.copyWithin(this.#addressOf(to.x, to.y + line), from, from + length);
    }
    return this.#stored(to);
  }

  #stored({ x, y, width, height }: Rectangle): number {
    const length = width * (this.#state.depth >> 3);
    for (let line = 0; line < height; line++)
      this.#memory.stored(this.#addressOf(x, y + line) - this.#memory.start, length);
    return (length + LINE_WORK) * height;
  }

  /** Offset of a pixel in the machine's buffer. */
  #addressOf(x: number, y: number): number {
    return this.#memory.start + y * lineBytesOf(this.#state) + x * (this.#state.depth >> 3);
  }
}
