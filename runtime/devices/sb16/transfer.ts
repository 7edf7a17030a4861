import type { DmaChannel } from '../../bus/dma.ts';
import type { Voice } from '../../sound/voice.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { fillSilent, playFrames } from './samples.ts';
import type { TransferState } from './state.ts';

export interface TransferOptions {
  /** Names its timer. */
  readonly name: string;
  /** Bytes of a sample. */
  readonly width: 1 | 2;
  readonly state: TransferState;
  readonly voice: Voice;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** The channel that the card is set up for now. */
  readonly channel: () => DmaChannel | null;
  /** A block has ended. */
  readonly blockEnded: () => void;
}

/** The transfer that a command asks for. */
export interface TransferPlan
  extends Pick<
    TransferState,
    'isInput' | 'movesNothing' | 'isSigned' | 'isStereo' | 'isAutomatic' | 'isSilent' | 'bytesPerSecond'
  > {
  readonly blockBytes: number;
}

/** Nanoseconds whose samples are fetched at once: the chip has a FIFO of 64 bytes. */
const PART = 2_000_000;
/** Nanoseconds after which a channel that was masked is asked again. */
const RETRY = 1_000_000;
/** Nanoseconds after the end of the last block in which another one may go on without a gap. */
const REST = 50_000_000;
/** Nanoseconds that an event may be late before the time is given up: the host was busy. */
const LATE = 20_000_000;

/**
 * Moves samples between the DMA channel and the converters: each part is fetched when its first sample is due, and a block has
 * ended when the last one is over. Nothing of it depends on who listens.
 */
export class SampleTransfer {
  readonly #options: TransferOptions;
  readonly #timer: Timer;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#timer = options.events.timer(options.name, (now, due) => this.#due(now, now - due > LATE ? now : due));
  }

  /** Bytes of a sample. */
  get width(): number {
    return this.#options.width;
  }

  get isRunning(): boolean {
    return this.#options.state.isRunning;
  }

  start(plan: TransferPlan): void {
    const { state, voice, clock } = this.#options;
    const now = clock.now();
    Object.assign(state, plan, { isRunning: true, isPaused: false, isEnding: false, left: plan.blockBytes });
    state.shift = voice.toFrameStart(now);
    this.#fetch(now);
  }

  pause(): void {
    const { state, clock } = this.#options;
    if (!state.isRunning || state.isPaused) return;
    state.isPaused = true;
    this.#timer.arm(clock.now() + REST);
  }

  resume(): void {
    const { state, clock } = this.#options;
    if (!state.isRunning || !state.isPaused) return;
    state.isPaused = false;
    this.#due(clock.now(), clock.now());
  }

  /** The converter gets one sample, of both sides. */
  playDirectly(sample: number): void {
    const { state, voice, clock } = this.#options;
    if (state.isRunning) return;
    const now = clock.now();
    voice.start();
    voice.level(now, sample, sample);
    this.#timer.arm(now + REST);
  }

  /** An automatic transfer ends with the present block. */
  endWithBlock(): void {
    this.#options.state.isEnding = true;
  }

  /** An automatic transfer that was to end goes on. */
  goOn(): void {
    this.#options.state.isEnding = false;
  }

  reset(): void {
    this.#options.state.isRunning = false;
    this.#options.voice.stop(this.#options.clock.now());
    this.#timer.disarm();
  }

  #due(now: number, time: number): void {
    const { state, voice } = this.#options;
    if (!state.isRunning || state.isPaused) {
      voice.stop(now);
      return;
    }
    if (state.left === 0) this.#endBlock(time);
    if (state.isRunning) this.#fetch(time);
  }

  #endBlock(time: number): void {
    const { state, blockEnded } = this.#options;
    state.isRunning = state.isAutomatic && !state.isEnding;
    state.left = state.blockBytes;
    if (!state.isRunning) this.#timer.arm(time + REST);
    blockEnded();
  }

  /** The next part, from this time on. */
  #fetch(time: number): void {
    const { state } = this.#options;
    const bytes = new Uint8Array(Math.min(state.left, this.#partBytes));
    const done = this.#move(bytes);
    state.left -= done;
    if (!state.isInput) this.#play(bytes.subarray(0, done), time);
    this.#timer.arm(time + (done === 0 ? RETRY : (done * 1e9) / state.bytesPerSecond));
  }

  /** A multiple of what a frame of any format has. */
  get #partBytes(): number {
    return (Math.floor((PART * this.#options.state.bytesPerSecond) / 1e9) & ~3) + 4;
  }

  #move(bytes: Uint8Array): number {
    const { state, width, channel } = this.#options;
    if (state.movesNothing) return bytes.length;
    const dma = channel();
    if (dma === null) return 0;
    if (!state.isInput) return dma.take(bytes).done;
    fillSilent(bytes, width, state.isSigned);
    return dma.give(bytes).done;
  }

  #play(bytes: Uint8Array, time: number): void {
    const { state, voice, width } = this.#options;
    voice.start();
    if (!voice.isHeard) return;
    const frameBytes = state.isStereo ? 2 * width : width;
    const period = (frameBytes * 1e9) / state.bytesPerSecond;
    playFrames(bytes, width, state, (n, left, right) => voice.level(time + state.shift + n * period, left, right));
  }
}
