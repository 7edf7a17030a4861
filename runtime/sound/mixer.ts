import type { HostStream } from '../host/stream.ts';
import type { Component } from '../snapshot/describe.ts';
import type { Clock } from '../time/clock.ts';
import type { EventQueue, Timer } from '../time/events.ts';
import { mixerState } from './state.ts';
import { Voice, type VoiceMixer } from './voice.ts';

export interface SoundMixerOptions {
  readonly clock: Clock;
  readonly events: EventQueue;
  /** Where frames go: left and right, 16 bits each, signed. */
  readonly stream: Pick<HostStream, 'write'>;
  /** Frames a second. */
  readonly rate: number;
  /** Somebody listens from the start. */
  readonly isHeard: boolean;
}

/** Nanoseconds between two batches of frames. */
const INTERVAL = 10_000_000;
/** Frames that are sent at once at most. */
const WINDOW = 512;
/** Frames that have room before they are sent: voices may be ahead of time. */
const CAPACITY = 8192;
/** Seconds that may have to be made up for; what a state from elsewhere has beyond that is left out. */
const MOST_BEHIND = 10;

/**
 * Adds the voices of all devices up to one stream of frames at a fixed rate. A frame has the average of the signal over its time,
 * which is a linear interpolation for samples of about the same rate, and the duty cycle of fast switching. Frames are made in
 * virtual time, and only while somebody listens and a voice is active; what is between is left out.
 */
export class SoundMixer implements VoiceMixer {
  readonly component: Component;
  readonly rate: number;
  readonly #state = mixerState.create();
  readonly #clock: Clock;
  readonly #stream: Pick<HostStream, 'write'>;
  readonly #timer: Timer;
  readonly #voices: Voice[] = [];
  /** Left and right of the frames from `#state.frame` on. */
  readonly #sums = new Float64Array(2 * CAPACITY);
  readonly #frames = new Int16Array(2 * WINDOW);
  #isHeard: boolean;

  constructor({ clock, events, stream, rate, isHeard }: SoundMixerOptions) {
    this.#clock = clock;
    this.#stream = stream;
    this.rate = rate;
    this.#isHeard = isHeard;
    this.#timer = events.timer('sound', (now, due) => this.#tick(now - due > MOST_BEHIND * 1e9 ? now : due));
    this.component = mixerState.bind('sound', this.#state, {
      settle: () => this.#settle(),
      restored: () => this.#restored(),
    });
  }

  /** One more voice, whose state has this name. */
  voice(name: string): Voice {
    const voice = new Voice(name, this);
    this.#voices.push(voice);
    return voice;
  }

  /** State of the mix and of all voices. To be restored after the clock and the event queue. */
  get components(): Component[] {
    return [...this.#voices.map(({ component }) => component), this.component];
  }

  /** Whether somebody listens. */
  setHeard(isHeard: boolean): void {
    if (!isHeard && this.isOn) this.#sendUntil(this.#clock.now());
    this.#isHeard = isHeard;
    if (isHeard) this.started();
  }

  get isOn(): boolean {
    return this.#isHeard && this.#timer.deadline < Infinity;
  }

  started(): void {
    if (!this.#isHeard || this.isOn || !this.#hasActiveVoice()) return;
    const now = this.#clock.now();
    this.#restart(Math.ceil((now * this.rate) / 1e9));
    this.#timer.arm(now + INTERVAL);
  }

  #hasActiveVoice(): boolean {
    return this.#voices.some(({ isActive }) => isActive);
  }

  /** Frames begin with this one. */
  #restart(frame: number): void {
    this.#state.frame = frame;
    this.#state.rate = this.rate;
    this.#sums.fill(0);
    for (const voice of this.#voices) voice.skipTo(this.#timeOf(frame));
  }

  #timeOf(frame: number): number {
    return (frame * 1e9) / this.rate;
  }

  /**
   * Where the queue of events is run late this is its deadline, not the present: devices whose timers come later in the queue have yet
   * to give what they played in between, and what comes after its frame was sent is lost.
   */
  #tick(now: number): void {
    if (!this.#isHeard) return;
    // The voices are asked for what they have while the mix still counts as being made.
    this.#timer.arm(now + INTERVAL);
    this.#sendUntil(now);
    if (!this.#hasActiveVoice()) this.#timer.disarm();
  }

  add(from: number, until: number, left: number, right: number): void {
    if (left === 0 && right === 0) return;
    if (this.#placeOf(until) > CAPACITY) this.#sendUntil(from);
    const start = Math.max(this.#placeOf(from), 0);
    const end = Math.min(this.#placeOf(until), CAPACITY);
    for (let place = start; place < end; ) {
      const frame = Math.floor(place);
      const next = Math.min(frame + 1, end);
      this.#sums[2 * frame] += left * (next - place);
      this.#sums[2 * frame + 1] += right * (next - place);
      place = next;
    }
  }

  /** The place of a virtual time in frames, counted from the first one that has not been sent. */
  #placeOf(time: number): number {
    return (time * this.rate) / 1e9 - this.#state.frame;
  }

  /** Sends all frames that are over at this time. */
  #sendUntil(time: number): void {
    const state = this.#state;
    const end = Math.floor((time * this.rate) / 1e9);
    const behind = end - state.frame;
    if (!(Math.abs(behind) <= MOST_BEHIND * this.rate)) this.#restart(end);
    while (state.frame < end) this.#sendWindow(Math.min(WINDOW, end - state.frame));
  }

  #sendWindow(count: number): void {
    const end = this.#timeOf(this.#state.frame + count);
    for (const voice of this.#voices) {
      voice.onSettle(end);
      voice.extend(end);
    }
    for (let n = 0; n < 2 * count; n++) {
      this.#frames[n] = Math.max(-32768, Math.min(32767, Math.round(this.#sums[n])));
    }
    this.#stream.write(new Uint8Array(this.#frames.buffer, 0, 4 * count));
    this.#sums.copyWithin(0, 2 * count);
    this.#sums.fill(0, 2 * (CAPACITY - count));
    this.#state.frame += count;
  }

  #settle(): void {
    const { pending } = this.#state;
    pending.clear();
    if (!this.isOn) return;
    this.#sendUntil(this.#clock.now());
    const used = this.#sums.findLastIndex((sum) => sum !== 0) + 1;
    pending.push(new Uint8Array(this.#sums.buffer, 0, 8 * used));
  }

  /** Whether somebody listens is a matter of here and now, whatever it was when the state was saved. */
  #restored(): void {
    const { pending, rate } = this.#state;
    const saved = new Float64Array(pending.toBytes().slice(0, pending.length & ~7).buffer);
    this.#sums.fill(0);
    // What the voices that have stopped have played is still to be sent.
    if (!this.#isHeard || !(this.isOn || this.#hasActiveVoice())) this.#timer.disarm();
    else if (rate !== this.rate || !this.isOn) {
      this.#timer.disarm();
      this.started();
    } else {
      this.#sums.set(saved.subarray(0, this.#sums.length));
      for (const voice of this.#voices) voice.skipTo(this.#timeOf(this.#state.frame));
      this.#sendUntil(this.#clock.now());
    }
  }
}
