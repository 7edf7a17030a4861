import { type CountingMode, countingMode, highHalf, modes } from './modes.ts';
import { Access, Status } from './registers.ts';
import type { ChannelState } from './state.ts';

/**
 * One counter of an 8254. Nothing ticks: its count and its output are computed from the number of input clocks, `clock`,
 * that every method is told.
 */
export class Channel {
  readonly state: ChannelState;

  constructor(state: ChannelState) {
    this.state = state;
  }

  get #mode(): CountingMode {
    return modes[this.#modeNumber];
  }

  get #modeNumber(): number {
    return countingMode(this.state.mode);
  }

  get #modulus(): number {
    return this.state.bcd ? 10000 : 0x10000;
  }

  /** Clocks of a period of OUT; Infinity if it has none. */
  get period(): number {
    return this.state.loaded && this.#mode.periodic ? this.state.initial : Infinity;
  }

  /** OUT. */
  output(clock: number): boolean {
    const elapsed = this.#elapsed(clock);
    return elapsed < 0 ? this.state.idleOutput : this.#mode.output(this.state.initial, elapsed);
  }

  /** The clock of OUT's next rising edge after `clock`; Infinity if none is to come. */
  nextRise(clock: number): number {
    const { state } = this;
    const elapsed = this.#elapsed(clock);
    if (!state.loaded || this.#paused) return Infinity;
    const rise = state.start + this.#mode.nextRise(state.initial, Math.max(elapsed, 0));
    if (state.switchAt >= rise) return rise;
    const count = this.#usableCount();
    return state.switchAt + count - highHalf(count);
  }

  /** The clock of OUT's next edge after `clock`; Infinity if none is to come. A new count may take over there, too. */
  nextEdge(clock: number): number {
    const { state } = this;
    const elapsed = this.#elapsed(clock);
    if (!state.loaded || this.#paused) return Infinity;
    if (clock < state.start) return state.start;
    return Math.min(state.start + this.#mode.nextEdge(state.initial, elapsed), state.switchAt);
  }

  /** Rising edges of OUT after clock `from` up to clock `to`; no more than `most` are counted. */
  rises(from: number, to: number, most: number): number {
    let count = 0;
    for (let rise = this.nextRise(from); rise <= to && count < most; rise = this.nextRise(rise)) count++;
    return count;
  }

  /** A control word for this channel: the mode's initial output, and no count until one is written. */
  program(control: number, clock: number): void {
    const { state } = this;
    const mode = (control >> 1) & 7;
    const heldCount = this.#count(clock);
    Object.assign(state, {
      mode,
      bcd: (control & 1) !== 0,
      access: (control >> 4) & 3,
      idleOutput: mode !== 0,
      written: false,
      nullCount: true,
      loaded: false,
      switchAt: Infinity,
      heldCount,
      writeHighNext: false,
      readHighNext: false,
      countLatched: false,
      statusLatched: false,
    } satisfies Partial<ChannelState>);
  }

  /** A byte written to the channel's port. */
  write(value: number, clock: number): void {
    const { state } = this;
    if (state.access === Access.low) this.#writeCount(value, clock);
    else if (state.access === Access.high) this.#writeCount(value << 8, clock);
    else if (state.writeHighNext) {
      state.writeHighNext = false;
      this.#writeCount(state.lowByte | (value << 8), clock);
    } else this.#writeLowByte(value, clock);
  }

  /** The first of two bytes stops counting in mode 0. */
  #writeLowByte(value: number, clock: number): void {
    const { state } = this;
    state.lowByte = value;
    state.writeHighNext = true;
    if (state.mode !== 0) return;
    this.#stop(clock);
    state.idleOutput = false;
  }

  /** Holds the count that is being counted now. */
  #stop(clock: number): void {
    const { state } = this;
    state.heldCount = this.#count(clock);
    state.loaded = false;
    state.switchAt = Infinity;
  }

  #writeCount(value: number, clock: number): void {
    const { state } = this;
    this.#settle(clock);
    const count = state.bcd ? fromBcd(value) : value;
    state.countRegister = count === 0 ? this.#modulus : count;
    const isFirst = !state.written;
    state.written = true;
    state.nullCount = true;
    if (this.#mode.loadedByGate) return;
    if (!this.#mode.periodic) this.#load(clock, state.mode !== 0);
    else if (this.#elapsed(clock) >= 0) this.#switchLater(clock);
    else if (state.gate) this.#load(clock, true);
    else if (isFirst) this.#hold();
  }

  /**
   * The first count of modes 2 and 3 while the gate is low: the counting element has it, and starts over with it when the gate
   * rises. A later one waits for that.
   */
  #hold(): void {
    this.state.heldCount = this.#image(this.#mode.count(this.#usableCount(), 0, this.#modulus));
    this.state.nullCount = false;
  }

  /** The count is loaded with the next clock. */
  #load(clock: number, idleOutput: boolean): void {
    const { state } = this;
    state.initial = this.#usableCount();
    state.start = clock + 1;
    state.heldElapsed = 0;
    state.idleOutput = idleOutput;
    state.switchAt = Infinity;
    state.loaded = true;
  }

  /** Modes 2 and 3 cannot count from 1 (data sheet: illegal); here that is the modulus plus 1, as 0 is the modulus. */
  #usableCount(): number {
    const { countRegister } = this.state;
    return this.#mode.periodic && countRegister === 1 ? this.#modulus + 1 : countRegister;
  }

  /** A new count takes over at the end of the cycle in mode 2, of the half cycle in mode 3. */
  #switchLater(clock: number): void {
    const { state } = this;
    const { initial } = state;
    const elapsed = this.#elapsed(clock);
    const cycleStart = clock - (elapsed % initial);
    const half = highHalf(initial);
    const inHighHalf = this.#modeNumber === 3 && elapsed % initial < half;
    state.switchAt = cycleStart + (inHighHalf ? half : initial);
  }

  /** The gate input. */
  setGate(high: boolean, clock: number): void {
    const { state } = this;
    if (state.gate === high) return;
    this.#settle(clock);
    if (high) this.#gateRises(clock);
    else this.#gateFalls(clock);
    state.gate = high;
  }

  #gateRises(clock: number): void {
    const { state } = this;
    if (this.#mode.periodic || this.#mode.loadedByGate) {
      if (state.written) this.#load(clock, this.output(clock));
    } else state.start = clock - state.heldElapsed;
  }

  #gateFalls(clock: number): void {
    const { state } = this;
    if (this.#mode.periodic) {
      this.#stop(clock);
      state.idleOutput = true;
    } else if (this.#mode.gated) state.heldElapsed = Math.max(this.#elapsed(clock), 0);
  }

  get #paused(): boolean {
    return !this.state.gate && this.#mode.gated && !this.#mode.periodic;
  }

  /** Clocks since the count was loaded; negative if none is. */
  #elapsed(clock: number): number {
    const { state } = this;
    this.#settle(clock);
    if (!state.loaded) return -1;
    return this.#paused ? state.heldElapsed : clock - state.start;
  }

  /** Lets a new count take over that is due to. */
  #settle(clock: number): void {
    const { state } = this;
    if (clock >= state.switchAt) this.#switch();
    if (state.loaded && clock >= state.start && state.switchAt === Infinity) state.nullCount = false;
  }

  #switch(): void {
    const { state } = this;
    const low = this.#modeNumber === 3 && (state.switchAt - state.start) % state.initial !== 0;
    state.initial = this.#usableCount();
    // In mode 3 the new count may begin with its low half.
    state.start = state.switchAt - (low ? highHalf(state.initial) : 0);
    state.switchAt = Infinity;
  }

  /** The counting element as 16 bits. */
  #count(clock: number): number {
    const { state } = this;
    const elapsed = this.#elapsed(clock);
    if (!state.loaded) return state.heldCount;
    return this.#image(this.#mode.count(state.initial, Math.max(elapsed, 0), this.#modulus));
  }

  /** A count as it is read. */
  #image(count: number): number {
    return this.state.bcd ? toBcd(count % 10000) : count & 0xffff;
  }

  /** Latches the count until it is read; a second latch changes nothing. */
  latchCount(clock: number): void {
    const { state } = this;
    if (state.countLatched) return;
    state.latchedCount = this.#count(clock);
    state.countLatched = true;
  }

  latchStatus(clock: number): void {
    const { state } = this;
    if (state.statusLatched) return;
    const output = this.output(clock) ? Status.output : 0;
    const nullCount = state.nullCount ? Status.nullCount : 0;
    state.latchedStatus = output | nullCount | (state.access << 4) | (state.mode << 1) | (state.bcd ? 1 : 0);
    state.statusLatched = true;
  }

  /** A byte read from the channel's port: the status if latched, then the count. */
  read(clock: number): number {
    const { state } = this;
    if (state.statusLatched) {
      state.statusLatched = false;
      return state.latchedStatus;
    }
    const count = state.countLatched ? state.latchedCount : this.#count(clock);
    const high = state.access === Access.high || state.readHighNext;
    state.readHighNext = state.access === Access.both && !high;
    if (!state.readHighNext) state.countLatched = false;
    return high ? count >> 8 : count & 0xff;
  }
}

function fromBcd(value: number): number {
  return (value >> 12) * 1000 + ((value >> 8) & 15) * 100 + ((value >> 4) & 15) * 10 + (value & 15);
}

function toBcd(value: number): number {
  const digit = (place: number): number => Math.floor(value / 10 ** place) % 10;
  return (digit(3) << 12) | (digit(2) << 8) | (digit(1) << 4) | digit(0);
}
