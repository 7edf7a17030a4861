import type { VideoRam } from '../vga/video-ram.ts';
import { FIFO_BYTES, FIFO_HEADER_BYTES, FifoWord, LEAST_FIFO_BYTES } from './registers.ts';

const WORD = 4;

/** Where commands are, as offsets in the memory for them: the first, the end, where the driver puts the next one, and where the device takes it. */
interface Bounds {
  readonly first: number;
  readonly end: number;
  readonly next: number;
  readonly stop: number;
}

/**
 * The memory in which the driver leaves commands: a ring of double words after a header (svga_interface.txt, "Command FIFO"). The driver may write anything
 * at any time, so the header is checked each time.
 */
export class CommandFifo {
  readonly #memory: VideoRam;
  readonly #view: DataView;

  constructor(memory: VideoRam) {
    this.#memory = memory;
    this.#view = new DataView(memory.ram.buffer, memory.start, FIFO_BYTES);
  }

  /** Double words that a ring of this size can have at a time. */
  get capacity(): number {
    const bounds = this.#bounds();
    return bounds === null ? 0 : (bounds.end - bounds.first) / WORD - 1;
  }

  /** Double words that wait; 0 where the header makes no sense. */
  get length(): number {
    const bounds = this.#bounds();
    if (bounds === null) return 0;
    const { first, end, next, stop } = bounds;
    return (next >= stop ? next - stop : next - stop + end - first) / WORD;
  }

  /** The next double words, which stay there. No more than `length`. */
  peek(count: number): Uint32Array {
    const { first, end, stop } = this.#bounds()!;
    return Uint32Array.from({ length: count }, (_, n) => {
      const at = stop + n * WORD;
      return this.#view.getUint32(at < end ? at : at - end + first, true);
    });
  }

  /** Takes double words away. No more than `length`. */
  skip(count: number): void {
    const { first, end, stop } = this.#bounds()!;
    const at = stop + count * WORD;
    this.#view.setUint32(FifoWord.stop, at < end ? at : at - end + first, true);
    this.#memory.stored(FifoWord.stop, WORD);
  }

  #bounds(): Bounds | null {
    const [first, end, next, stop] = [FifoWord.first, FifoWord.end, FifoWord.next, FifoWord.stop].map((at) =>
      this.#view.getUint32(at, true),
    ) as [number, number, number, number];
    if (((first | end | next | stop) & (WORD - 1)) !== 0) return null;
    if (first < FIFO_HEADER_BYTES || end > FIFO_BYTES || end < first + LEAST_FIFO_BYTES) return null;
    const isWithin = (at: number): boolean => at >= first && at < end;
    return isWithin(next) && isWithin(stop) ? { first, end, next, stop } : null;
  }
}
