import type { SampleFormat } from './wav.ts';

/** Samples of a frame that is converted: left and right. */
const CHANNELS = 2;

/** Makes frames of 16 bits, left and right, to frames of another format. Between two frames there is a straight line. */
export class FrameConverter {
  readonly #format: SampleFormat;
  /** Frames of the source a frame of the result. */
  readonly #step: number;
  /** Where the next frame of the result is, in frames after the first of the next batch. */
  #position = 0;
  /** The last frame of the batch before. */
  #last: readonly number[] = [0, 0];

  /** @param rate frames a second of what is converted */
  constructor(rate: number, format: SampleFormat) {
    this.#format = format;
    this.#step = rate / format.rate;
  }

  /** The frames that have become known; samples of 16 bits have their low byte first, those of 8 bits are unsigned. */
  convert(samples: Int16Array): Uint8Array {
    const frames = samples.length / CHANNELS;
    const { bits, channels } = this.#format;
    const most = Math.ceil(Math.max(0, frames - this.#position) / this.#step);
    const result = new DataView(new ArrayBuffer((most * channels * bits) / 8));
    let at = 0;
    for (; this.#position <= frames - 1; this.#position += this.#step) {
      const frame = this.#frame(samples);
      for (const value of channels === 1 ? [(frame[0]! + frame[1]!) / 2] : frame) {
        if (bits === 8) result.setUint8(at, (Math.round(value) >> 8) + 0x80);
        else result.setInt16(at, Math.round(value), true);
        at += bits / 8;
      }
    }
    this.#position -= frames;
    if (frames > 0) this.#last = [...samples.subarray(-CHANNELS)];
    return new Uint8Array(result.buffer, 0, at);
  }

  #frame(samples: Int16Array): number[] {
    const before = Math.floor(this.#position);
    const part = this.#position - before;
    return [0, 1].map((side) => {
      const value = (frame: number) => (frame < 0 ? this.#last[side]! : samples[frame * CHANNELS + side]!);
      return part === 0 ? value(before) : value(before) * (1 - part) + value(before + 1) * part;
    });
  }
}
