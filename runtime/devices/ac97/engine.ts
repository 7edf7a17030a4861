import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Voice } from '../../sound/voice.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { Control, ENTRY_BYTES, Entry, LIST_ENTRIES, Status } from './registers.ts';
import { type EngineState, engineState } from './state.ts';

export interface EngineOptions {
  /** Names its timer. */
  readonly name: string;
  readonly state: EngineState;
  readonly memory: BusMemory;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** The voice that plays the samples; null for an input, which records silence. */
  readonly voice: Voice | null;
  /** Samples of a frame. */
  readonly sides: 1 | 2;
  /** Frames a second now. */
  readonly rate: () => number;
  /** Its interrupt may have changed. */
  readonly changed: () => void;
}

/** Nanoseconds whose samples are fetched at once. */
const PART = 2_000_000;
/** Nanoseconds after the last sample in which the list may go on without a gap. */
const REST = 50_000_000;
/** Nanoseconds that an event may be late before the time is given up: the host was busy. */
const LATE = 20_000_000;
const SAMPLE_BYTES = 2;

/**
 * One engine of the bus master: goes through the guest's list of buffers in the time that their samples take, and stops after the
 * last valid one.
 */
export class BufferEngine {
  readonly #options: EngineOptions;
  readonly #timer: Timer;
  readonly #entry = new DataView(new ArrayBuffer(ENTRY_BYTES));

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#timer = options.events.timer(options.name, (now, due) => this.#due(now, now - due > LATE ? now : due));
  }

  get #state(): EngineState {
    return this.#options.state;
  }

  reset(): void {
    Object.assign(this.#state, engineState.create(), { status: Status.halted });
    this.#timer.disarm();
    this.#options.voice?.stop(this.#options.clock.now());
  }

  get interrupts(): boolean {
    const { status, control } = this.#state;
    const last = (status & Status.lastDone) !== 0 && (control & Control.lastInterrupt) !== 0;
    return last || ((status & Status.completed) !== 0 && (control & Control.completionInterrupt) !== 0);
  }

  /** Samples that are left of the present buffer, those that are played now included. */
  get position(): number {
    const { state, clock, sides, rate } = this.#options;
    if (this.#timer.deadline === Infinity || this.#isHalted) return state.left;
    const ahead = Math.max(this.#timer.deadline - clock.now(), 0);
    return Math.min(state.left + Math.floor((ahead * rate()) / 1e9) * sides, 0xffff);
  }

  get #isHalted(): boolean {
    return (this.#state.status & Status.halted) !== 0;
  }

  /** The guest sets the list's address while the engine stands still. */
  setList(address: number): void {
    if (this.#isHalted) this.#state.list = (address & ~7) >>> 0;
  }

  /** More of the list is valid: an engine that has come to the end goes on. */
  setLastValid(index: number): void {
    const state = this.#state;
    state.lastValidIndex = index % LIST_ENTRIES;
    if (this.#isHalted && (state.control & Control.run) !== 0) this.#run();
  }

  setControl(value: number): void {
    const before = this.#state.control;
    if ((value & Control.reset) !== 0) {
      if ((before & Control.run) === 0) this.reset();
      this.#options.changed();
      return;
    }
    this.#state.control = value & Control.kept;
    const changed = before ^ value;
    if ((changed & Control.run) !== 0 && (value & Control.run) !== 0) this.#run();
    else if ((changed & Control.run) !== 0) this.#stop();
    this.#options.changed();
  }

  /** From where it was stopped, or from the buffer after the last one. */
  #run(): void {
    const { state, voice, clock } = this.#options;
    const now = clock.now();
    if ((state.status & Status.atLast) !== 0) state.currentIndex = state.prefetchedIndex;
    state.status &= ~(Status.halted | Status.atLast);
    state.shift = voice?.toFrameStart(now) ?? 0;
    this.#play(now);
  }

  #stop(): void {
    this.#state.status |= Status.halted;
    this.#timer.arm(this.#options.clock.now() + REST);
  }

  /** Ones clear. */
  clearStatus(value: number): void {
    this.#state.status &= ~(value & Status.clearable);
    this.#options.changed();
  }

  #due(now: number, time: number): void {
    const { state, voice } = this.#options;
    if (this.#isHalted) {
      voice?.stop(now);
      return;
    }
    if (state.hasBuffer && state.left === 0) this.#endBuffer(time);
    if (!this.#isHalted) this.#play(time);
  }

  #endBuffer(time: number): void {
    const { state, changed } = this.#options;
    const isLast = state.currentIndex === state.lastValidIndex;
    state.hasBuffer = false;
    if ((state.flags & Entry.interrupt) !== 0) state.status |= Status.completed;
    if (isLast) {
      state.status |= Status.lastDone | Status.atLast | Status.halted;
      if ((state.flags & Entry.silentAfter) !== 0) this.#options.voice?.level(time + state.shift, 0, 0);
      this.#timer.arm(time + REST);
    } else state.currentIndex = state.prefetchedIndex;
    changed();
  }

  /** Fetches the next entry of the list. */
  #fetchBuffer(): void {
    const { state, memory } = this.#options;
    memory.read((state.list + state.currentIndex * ENTRY_BYTES) >>> 0, new Uint8Array(this.#entry.buffer));
    state.address = (this.#entry.getUint32(0, true) & ~1) >>> 0;
    state.left = this.#entry.getUint16(4, true);
    state.flags = this.#entry.getUint16(6, true);
    state.prefetchedIndex = (state.currentIndex + 1) % LIST_ENTRIES;
    state.hasBuffer = true;
  }

  /** The next part, from this time on. An empty buffer takes no time, but that of an event: a list of them has an end. */
  #play(time: number): void {
    const { state, rate, sides } = this.#options;
    if (!state.hasBuffer) this.#fetchBuffer();
    const frames = Math.max(Math.floor((PART * rate()) / 1e9), 1);
    const samples = Math.min(state.left, frames * sides);
    this.#move(samples, time);
    state.left -= samples;
    state.address = (state.address + samples * SAMPLE_BYTES) >>> 0;
    this.#timer.arm(time + (samples === 0 ? PART : (samples * 1e9) / sides / rate()));
  }

  #move(samples: number, time: number): void {
    const { state, memory, voice, rate } = this.#options;
    const bytes = new Uint8Array(samples * SAMPLE_BYTES);
    if (voice === null) {
      memory.write(state.address, bytes);
      return;
    }
    voice.start();
    if (!voice.isHeard) return;
    memory.read(state.address, bytes);
    const view = new DataView(bytes.buffer);
    for (let n = 0; 2 * n + 1 < samples; n++) {
      const at = time + state.shift + (n * 1e9) / rate();
      voice.level(at, view.getInt16(4 * n, true), view.getInt16(4 * n + 2, true));
    }
  }
}
