import type { PortBus } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Voice } from '../../sound/voice.ts';
import type { Clock } from '../../time/clock.ts';
import { Register, SAMPLE_RATE, SECOND_SET } from './registers.ts';
import { operatorState, opl3State } from './state.ts';
import { Synthesizer } from './synthesizer.ts';
import { controlTimers, statusAt } from './timers.ts';

/** Ports that lead to the chip: four, or the two of the first register set. */
export interface Opl3Ports {
  readonly first: number;
  readonly count: 2 | 4;
}

export interface Opl3Options {
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly places: readonly Opl3Ports[];
  readonly voice: Voice;
}

/** The chip's output is one of 16 bits; its amplifier has cards sound about as loud as with samples. */
const [LARGEST, AMPLIFICATION] = [32_767, 2];

/** A Yamaha YMF262 (OPL3) FM synthesizer. Its samples are computed when they are wanted; its timers interrupt nobody. */
export class Opl3 {
  readonly component: Component;
  readonly #state = opl3State.create();
  readonly #synthesizer = new Synthesizer(this.#state);
  readonly #clock: Clock;
  readonly #voice: Voice;

  constructor({ ports, clock, places, voice }: Opl3Options) {
    this.#clock = clock;
    this.#voice = voice;
    voice.onSettle = (until) => this.#settle(until);
    this.component = opl3State.bind('opl3', this.#state, {
      settle: () => this.#settle(clock.now()),
      restored: () => this.#synthesizer.refresh(),
    });
    this.#synthesizer.refresh();
    for (const { first, count } of places) {
      ports.register({
        name: 'opl3',
        ...{ first, count },
        read: (port) => (port === first ? statusAt(this.#state, clock.now()) : 0xff),
        write: (port, _, value) => this.#write(port - first, value),
      });
    }
  }

  /** Power-on. */
  reset(): void {
    const { operators, registers, timers, ...state } = this.#state;
    registers.fill(0);
    for (const operator of operators) Object.assign(operator, operatorState.create());
    const fresh = opl3State.create();
    for (const [n, timer] of timers.entries()) Object.assign(timer, fresh.timers[n]);
    Object.assign(this.#state, { address: 0, noise: fresh.noise, counter: 0, sample: state.sample });
    this.#synthesizer.refresh();
    this.#voice.stop(this.#clock.now());
  }

  /** An even port takes a register's number, an odd one its value. */
  #write(port: number, value: number): void {
    if ((port & 1) === 0) this.#state.address = value | (port === 2 ? SECOND_SET : 0);
    else this.#writeRegister(this.#state.address & 0x1ff, value);
  }

  #writeRegister(register: number, value: number): void {
    const now = this.#clock.now();
    if (register === Register.timerControl) {
      controlTimers(this.#state, value, now);
      return;
    }
    this.#settle(now);
    this.#state.registers[register] = value;
    this.#synthesizer.written(register);
    if (!this.#voice.isActive && !this.#synthesizer.isSilent) this.#start(now);
  }

  #start(now: number): void {
    this.#state.sample = Math.ceil((now * SAMPLE_RATE) / 1e9);
    this.#voice.start();
  }

  /** Computes all samples up to a time. */
  #settle(until: number): void {
    const state = this.#state;
    const voice = this.#voice;
    if (!voice.isActive || !voice.isHeard) return;
    // Nobody has heard what is before.
    const first = Math.floor((voice.until * SAMPLE_RATE) / 1e9);
    state.sample = Math.max(state.sample, first);
    for (; (state.sample * 1e9) / SAMPLE_RATE < until; state.sample++) {
      this.#synthesizer.advance();
      const { left, right } = this.#synthesizer;
      voice.level((state.sample * 1e9) / SAMPLE_RATE, amplified(left), amplified(right));
    }
    if (this.#synthesizer.isSilent) voice.stop(until);
  }
}

function amplified(sample: number): number {
  return AMPLIFICATION * Math.max(-LARGEST, Math.min(LARGEST, sample));
}
