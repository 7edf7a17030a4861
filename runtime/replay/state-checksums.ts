import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { remainder } from '../crc32.ts';
import type { WriteWatch } from '../memory/frames.ts';
import type { GuestRam } from '../memory/ram.ts';
import type { Component, Saved } from '../snapshot/describe.ts';

const FRAME_WORDS = PAGE_BYTES / 4;

/** Checksums of a machine's state: one of each component, and last that of memory, for which only what was written is read. */
export class StateChecksums {
  readonly #components: () => readonly Component[];
  readonly #memory: MemoryChecksum;

  /** `components`: all but memory, those that there are then. */
  constructor(components: () => readonly Component[], ram: GuestRam) {
    this.#components = components;
    this.#memory = new MemoryChecksum(ram);
  }

  /** Names of the parts that have a checksum now, in their order. */
  get names(): readonly string[] {
    return [...this.#components().map(({ name }) => name), 'memory'];
  }

  take(): number[] {
    return [...this.#components().map(checksumOf), this.#memory.take()];
  }
}

function checksumOf(component: Component): number {
  const saved = component.save();
  const text = JSON.stringify(component.name === 'events' ? withoutHost(saved) : saved, withChecksums);
  return ~remainder(-1, latin1(text)) >>> 0;
}

/** When the host's next message is due is known beforehand only in a replay. */
function withoutHost(deadlines: Saved): object {
  const { host: _, ...others } = deadlines as { readonly [name: string]: Saved };
  return others;
}

function withChecksums(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? [value.length, remainder(-1, value)] : value;
}

function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n);
  return bytes;
}

/** The checksum of all memory: the frames' own, put together so that their order doesn't matter. Frames of zeros add nothing. */
class MemoryChecksum {
  readonly #ram: GuestRam;
  readonly #watch: WriteWatch;
  /** The contribution of each frame. */
  readonly #parts: Int32Array;
  #sum = 0;

  constructor(ram: GuestRam) {
    const frames = ram.bytes.length / PAGE_BYTES;
    this.#ram = ram;
    this.#watch = ram.frames.watch(0, frames);
    this.#parts = new Int32Array(frames);
  }

  take(): number {
    for (const frame of this.#watch.take()) {
      const part = this.#partOf(frame);
      this.#sum ^= this.#parts[frame] ^ part;
      this.#parts[frame] = part;
    }
    return this.#sum >>> 0;
  }

  #partOf(frame: number): number {
    const { words, bytes } = this.#ram;
    const start = frame * FRAME_WORDS;
    let n = 0;
    while (n < FRAME_WORDS && words[start + n] === 0) n++;
    if (n === FRAME_WORDS) return 0;
    const checksum = remainder(~frame, bytes.subarray(frame * PAGE_BYTES, (frame + 1) * PAGE_BYTES));
    return Math.imul(checksum ^ (checksum >>> 15), 0x2c1b3c6d);
  }
}
