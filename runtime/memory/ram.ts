import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import { Frames, type WriteWatch } from './frames.ts';

/**
 * Guest memory: one buffer that holds RAM from physical address 0, and after it the frames of ROM images and of video
 * memory. A frame is a page of it. Generated code has the lengths of the views as constants, so they never change.
 */
export class GuestRam {
  readonly buffer: ArrayBufferLike;
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Int32Array;
  /** Bytes of RAM proper; other frames follow. */
  readonly ramBytes: number;
  /** The marks of each frame. */
  readonly frames: Frames;
  #reserved: number;
  /** The frames of RAM proper that were written since it was made; null: nobody needs to know. */
  #writes: WriteWatch | null = null;

  /** `inPages`: parts of it can be given back to the host, page by page. */
  constructor(ramBytes: number, otherBytes = 0, inPages = false) {
    const total = ramBytes + otherBytes;
    this.buffer = inPages ? allocatePages(total) : allocateShared(total);
    // With a length they stay plain arrays to V8 where the buffer could grow.
    this.bytes = new Uint8Array(this.buffer, 0, total);
    this.halves = new Uint16Array(this.buffer, 0, total / 2);
    this.words = new Int32Array(this.buffer, 0, total / 4);
    this.ramBytes = ramBytes;
    this.frames = new Frames(total >>> PAGE_SHIFT);
    this.#reserved = ramBytes;
  }

  /** From now on it is known which frames are untouched. To be called before anything is written to RAM. */
  watchUntouched(): void {
    this.#writes = this.frames.watch(0, this.ramBytes >>> PAGE_SHIFT);
    this.#writes.take();
  }

  /** Whether a frame is known to be as the host gave it: zeros, which even a look at would take the host's memory for. */
  isUntouched(frame: number): boolean {
    return this.#writes?.isUnwritten(frame) ?? false;
  }

  /** All frames may have been written: stores cost nothing. */
  unwatchUntouched(): void {
    this.#writes?.release();
    this.#writes = null;
  }

  /** Hands out frames that are no RAM; the first one's number. Throws if not so many bytes were asked for when made. */
  reserve(bytes: number): number {
    const frame = this.#reserved / PAGE_BYTES;
    this.#reserved += bytes;
    if (this.#reserved > this.bytes.length) throw new Error(`memory was made without ${bytes} bytes beside RAM`);
    return frame;
  }
}

/** A buffer on whole pages of the host's: V8 puts buffers that may grow on pages of their own. This one never grows. */
function allocatePages(bytes: number): ArrayBufferLike {
  if (typeof SharedArrayBuffer === 'undefined') return new ArrayBuffer(bytes);
  return new SharedArrayBuffer(bytes, { maxByteLength: bytes });
}

/** A buffer other threads can see where the host allows it: it cannot be detached, which V8 would have to test for. */
export function allocateShared(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}
