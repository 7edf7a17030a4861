/**
 * Plays samples in the browser's thread for sound. Plain JavaScript without imports: a page gives this file to that thread, where no
 * bundler has prepared anything.
 */

/** Frames that wait before a sound begins, so that batches may come late: in seconds. */
const LEAD = 0.06;
/** More than so many seconds of frames don't wait: the oldest are left out, down to the lead. */
const MOST = 0.3;
/** Of the last sample this part is left in the next one when samples are missing: silence without a click. */
const FADE = 0.98;
/** Samples of a frame, left and right in turn. */
const CHANNELS = 2;
/** What the loudest sample of 16 bits has. */
const FULL = 0x8000;

/** Batches of samples of 16 bits on their way to an output that takes frames at its own times. */
export class SamplePlayer {
  /** @type {Int16Array[]} */
  #batches = [];
  /** Samples of the first batch that have been played. */
  #played = 0;
  /** Frames that wait. */
  #waiting = 0;
  /** Frames that were asked for since the first one waits; what is shorter than the lead begins all the same. */
  #delayed = 0;
  #isPlaying = false;
  #last = [0, 0];
  #lead;
  #most;

  /** @param {number} rate frames a second */
  constructor(rate) {
    this.#lead = Math.round(rate * LEAD);
    this.#most = Math.round(rate * MOST);
  }

  /** @param {Int16Array} samples left and right in turn */
  push(samples) {
    this.#batches.push(samples);
    this.#waiting += samples.length / CHANNELS;
    if (this.#waiting <= this.#most) return;
    while (this.#waiting > this.#lead) this.#next();
  }

  /**
   * Gives as many frames as there is room for.
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  fill(left, right) {
    this.#begin(left.length);
    for (let n = 0; n < left.length; n++) {
      const isThere = this.#isPlaying && this.#waiting > 0;
      this.#last = isThere ? this.#next() : this.#last.map((sample) => sample * FADE);
      [left[n], right[n]] = this.#last;
    }
    if (this.#waiting === 0) this.#isPlaying = false;
  }

  #begin(asked) {
    if (this.#isPlaying) return;
    this.#delayed = this.#waiting === 0 ? 0 : this.#delayed + asked;
    this.#isPlaying = Math.max(this.#waiting, this.#delayed) >= this.#lead;
  }

  #next() {
    const [batch] = this.#batches;
    const frame = [batch[this.#played] / FULL, batch[this.#played + 1] / FULL];
    this.#played += CHANNELS;
    this.#waiting--;
    if (this.#played >= batch.length) {
      this.#batches.shift();
      this.#played = 0;
    }
    return frame;
  }
}

// Names of the thread for sound (Web Audio API, 1.32).
registerProcessor(
  'machine-sound',
  class extends AudioWorkletProcessor {
    #player = new SamplePlayer(sampleRate);

    constructor() {
      super();
      this.port.onmessage = ({ data }) => this.#player.push(data);
    }

    process(_inputs, [[left, right]]) {
      this.#player.fill(left, right);
      return true;
    }
  },
);
