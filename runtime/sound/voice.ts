import type { Component } from '../snapshot/describe.ts';
import { voiceState } from './state.ts';

/** The parts of a mixer that a voice needs. */
export interface VoiceMixer {
  /** The mix is made now. */
  readonly isOn: boolean;
  /** Frames a second. */
  readonly rate: number;
  /** Adds a level that lasts from one virtual time to another, in nanoseconds. */
  add(from: number, until: number, left: number, right: number): void;
  /** Called when a voice has become active. */
  started(): void;
}

/**
 * A device's part of the mix: a level for each side that changes at any time and stays until the next change. A stream of samples
 * is a change each; a tone of the speaker is two a period.
 */
export class Voice {
  readonly component: Component;
  /** Brings the signal up to a virtual time, for devices that compute it when it is wanted. Set by the device. */
  onSettle: (until: number) => void = () => {};
  readonly #state = voiceState.create();
  readonly #mixer: VoiceMixer;
  #gainLeft = 1;
  #gainRight = 1;

  /** `name` names its state. */
  constructor(name: string, mixer: VoiceMixer) {
    this.#mixer = mixer;
    this.component = voiceState.bind(`${name} voice`, this.#state);
  }

  /** Whether anybody hears it. What is played else is lost, and need not be computed. */
  get isHeard(): boolean {
    return this.#mixer.isOn;
  }

  get isActive(): boolean {
    return this.#state.isActive;
  }

  /** Virtual nanoseconds up to which its signal is in the mix. */
  get until(): number {
    return this.#state.until;
  }

  /** It begins to play. */
  start(): void {
    if (this.#state.isActive) return;
    this.#state.isActive = true;
    this.#mixer.started();
  }

  /** It has nothing more to play: it is silent from this time on. */
  stop(time: number): void {
    this.level(time, 0, 0);
    this.#state.isActive = false;
  }

  /** Its level from a time on, -32768 to 32767, before the gain. A time that is in the mix already is as soon as can be. */
  level(time: number, left: number, right: number): void {
    this.extend(time);
    this.#state.left = left * this.#gainLeft;
    this.#state.right = right * this.#gainRight;
  }

  /** Its level stays what it is up to this time. */
  extend(time: number): void {
    const state = this.#state;
    if (!this.#mixer.isOn || !(time > state.until)) return;
    this.#mixer.add(state.until, time, state.left, state.right);
    state.until = time;
  }

  /** Leaves out of the mix all that is before this time. */
  skipTo(time: number): void {
    this.#state.until = Math.max(this.#state.until, time);
  }

  /** Factors for levels to come. They follow from the device's state, which sets them again when a state is loaded. */
  setGain(left: number, right: number): void {
    this.#gainLeft = left;
    this.#gainRight = right;
  }

  /** Nanoseconds from a time to the next frame's start: samples at the mix's own rate that begin there pass unchanged. */
  toFrameStart(time: number): number {
    const { rate } = this.#mixer;
    return (Math.ceil((time * rate) / 1e9) * 1e9) / rate - time;
  }
}
