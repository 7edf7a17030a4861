import type { Voice } from '../../sound/voice.ts';
import type { Channel } from './channel.ts';
import { clocksAt, nanosecondsAt } from './clocks.ts';
import { System } from './registers.ts';
import type { PitState } from './state.ts';

/** How far the speaker's cone moves from the middle, as in QEMU: three quarters of what a frame can have. */
const AMPLITUDE = 24_576;
/** Nanoseconds without an edge after which the cone is back in the middle: less than a period of what can be heard. */
const REST = 100_000_000;

/**
 * The speaker of a PC: out while the data bit of port 61h and the output of channel 2 are both high, else in. Its signal is
 * computed when it is wanted, and before anything changes that it follows from.
 */
export class Speaker {
  readonly #state: PitState;
  readonly #channel: Channel;
  readonly #voice: Voice;

  constructor(state: PitState, channel: Channel, voice: Voice) {
    this.#state = state;
    this.#channel = channel;
    this.#voice = voice;
    voice.onSettle = (until) => this.settle(until);
  }

  /** Whether the cone is out at this clock. */
  isOut(clock: number): boolean {
    return (this.#state.system & System.speaker) !== 0 && this.#channel.output(clock);
  }

  /** Plays the speaker's output up to this time. To be called before the channel or the gate changes. */
  settle(until: number): void {
    if (!this.#voice.isActive || !this.#voice.isHeard) return;
    const last = clocksAt(until);
    for (let clock = this.#nextEdge(clocksAt(this.#voice.until)); clock <= last; clock = this.#nextEdge(clock)) {
      this.#move(clock, nanosecondsAt(clock));
    }
    this.#rest(until);
  }

  /** To be called after the channel or the gate has changed at this time. */
  changed(now: number): void {
    const clock = clocksAt(now);
    const isOut = this.isOut(clock);
    if (!this.#voice.isActive && !isOut && this.#nextEdge(clock) === Infinity) return;
    this.#voice.start();
    this.#move(clock, now);
  }

  reset(now: number): void {
    this.#voice.stop(now);
  }

  #nextEdge(clock: number): number {
    if ((this.#state.system & System.speaker) === 0) return Infinity;
    const edge = this.#channel.nextEdge(clock);
    // A loaded state may have counts that no guest can program.
    return edge > clock ? edge : Infinity;
  }

  #move(clock: number, time: number): void {
    const level = this.isOut(clock) ? AMPLITUDE : -AMPLITUDE;
    this.#voice.level(time, level, level);
    this.#state.speakerMoved = time;
  }

  #rest(now: number): void {
    const isOver = now - this.#state.speakerMoved > REST && this.#nextEdge(clocksAt(now)) === Infinity;
    if (isOver) this.#voice.stop(now);
  }
}
