import type { MigrationParameters } from './parameters.ts';

/** A stop that is so short, in milliseconds, that another pass gains nothing. */
const SHORT = 5;
/** A pass that leaves more than this share of what the pass before it left gains nothing. */
const GAIN = 0.75;

/** How fast memory goes over, and when the guest should stop for what is left. */
export class Pace {
  readonly #parameters: () => MigrationParameters;
  readonly #now: () => number;
  #start = 0;
  #frames = 0;
  #bytes = 0;
  /** Frames a millisecond, of the last pass that says something. */
  #rate = 0;
  #left = Infinity;

  /** @param now milliseconds of a clock that never goes backwards */
  constructor(parameters: () => MigrationParameters, now: () => number) {
    this.#parameters = parameters;
    this.#now = now;
  }

  passBegins(): void {
    this.#start = this.#now();
    this.#frames = 0;
    this.#bytes = 0;
  }

  /** @returns how long to wait so that it isn't too much a second, in milliseconds */
  sent(frames: number, bytes: number): number {
    this.#frames += frames;
    this.#bytes += bytes;
    const { maxBandwidth } = this.#parameters();
    if (maxBandwidth === 0) return 0;
    return (this.#bytes / maxBandwidth) * 1000 - (this.#now() - this.#start);
  }

  passEnds(): void {
    const time = this.#now() - this.#start;
    if (time > 0 && this.#frames > 0) this.#rate = this.#frames / time;
  }

  /** How long so many frames take, in milliseconds. */
  timeFor(frames: number): number {
    return frames === 0 ? 0 : frames / this.#rate;
  }

  /** Whether another pass is to come before the guest stops. */
  hasToGoOn(remaining: number): boolean {
    const time = this.timeFor(remaining);
    const isGain = remaining < this.#left * GAIN;
    this.#left = remaining;
    if (time > this.#parameters().downtimeLimit) return true;
    return time > SHORT && isGain;
  }
}
