import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { TICK, TimerConfiguration, TimerRegister } from './registers.ts';
import type { TimerState, Wide } from './state.ts';

/** The part of the chip that a timer uses. */
export interface Counter {
  readonly enabled: boolean;
  readonly value: bigint;
}

export interface HpetTimerOptions {
  readonly index: number;
  readonly state: TimerState;
  readonly counter: Counter;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** I/O APIC inputs that it can be routed to, a bit each. */
  readonly routes: number;
  /** It fires, and is enabled. */
  readonly fire: () => void;
  /** It doesn't ask any more. */
  readonly calm: () => void;
}

/** One comparator of the HPET. */
export class HpetTimer {
  readonly state: TimerState;
  readonly #options: HpetTimerOptions;
  readonly #event: Timer;

  constructor(options: HpetTimerOptions) {
    this.#options = options;
    this.state = options.state;
    this.#event = options.events.timer(`hpet ${options.index}`, () => this.#reached());
  }

  #has(bit: number): boolean {
    return (this.state.configuration & bit) !== 0;
  }

  get isEnabled(): boolean {
    return this.#has(TimerConfiguration.enable);
  }

  get isLevel(): boolean {
    return this.#has(TimerConfiguration.level);
  }

  /** The I/O APIC input. */
  get route(): number {
    return (this.state.configuration >> TimerConfiguration.routeShift) & TimerConfiguration.route;
  }

  get #bits(): 32 | 64 {
    return this.#has(TimerConfiguration.is32Bit) ? 32 : 64;
  }

  read(register: number): number {
    const { configuration, comparator } = this.state;
    if (register === TimerRegister.configuration) return configuration;
    if (register === TimerRegister.routes) return this.#options.routes;
    if (register === TimerRegister.comparatorLow) return comparator.low;
    return register === TimerRegister.comparatorHigh ? comparator.high : 0;
  }

  write(register: number, value: number): void {
    if (register === TimerRegister.configuration) this.#configure(value);
    else if (register === TimerRegister.comparatorLow) this.setComparator({ low: value });
    else if (register === TimerRegister.comparatorHigh) this.setComparator({ high: value });
  }

  #configure(value: number): void {
    const { state } = this;
    const wasEnabled = this.isEnabled;
    const { writable, capabilities } = TimerConfiguration;
    state.configuration = (value & writable) | capabilities;
    if (this.#bits === 32) state.comparator.high = state.period.high = 0;
    if (this.isEnabled && !wasEnabled) this.start();
    else if (!this.isEnabled && wasEnabled) this.stop();
  }

  /** A periodic timer's comparator is written as its period, and as the comparator too only after a write of SETVAL. */
  setComparator({ low, high: upper }: Partial<Wide>): void {
    const { state } = this;
    const high = this.#bits === 32 ? undefined : upper;
    if (low === undefined && high === undefined) return;
    const isPeriodic = this.#has(TimerConfiguration.periodic);
    if (!isPeriodic || this.#has(TimerConfiguration.setValue)) setHalves(state.comparator, low, high);
    if (isPeriodic) {
      setHalves(state.period, low, high);
      // A negative period would never come.
      state.period[this.#bits === 32 ? 'low' : 'high'] &= 0x7fffffff;
    }
    state.configuration &= ~TimerConfiguration.setValue;
    this.start();
  }

  /** Waits for the comparator, if the timer and the counter are enabled. */
  start(): void {
    const { comparator } = this.state;
    const isNever = this.#bits === 64 && comparator.low === 0xffffffff && comparator.high === 0xffffffff;
    if (!this.isEnabled || !this.#options.counter.enabled || isNever) return;
    const distance = this.#distance();
    const toWrap = 0xffffffffn - BigInt.asUintN(32, this.#options.counter.value);
    this.state.wraps = this.#bits === 32 && !this.#has(TimerConfiguration.periodic) && toWrap < distance;
    this.#arm(this.state.wraps ? toWrap : distance);
  }

  #arm(ticks: bigint): void {
    this.#event.arm(this.#options.clock.now() + Number(ticks) * TICK);
  }

  stop(): void {
    this.#event.disarm();
    this.#options.calm();
  }

  /** Ticks until the comparator is reached; 0 if that was lately. */
  #distance(): bigint {
    const distance = BigInt.asIntN(this.#bits, wideOf(this.state.comparator) - this.#options.counter.value);
    return distance > 0n ? distance : 0n;
  }

  #reached(): void {
    const { state } = this;
    const period = wideOf(state.period);
    if (this.#has(TimerConfiguration.periodic) && period > 0n) this.#next(period);
    else if (state.wraps) {
      state.wraps = false;
      this.#arm(this.#distance());
    }
    this.#options.fire();
  }

  /** Times that have passed unseen are left out. */
  #next(period: bigint): void {
    const comparator = wideOf(this.state.comparator);
    const late = BigInt.asIntN(this.#bits, this.#options.counter.value - comparator);
    const periods = late > 0n ? late / period + 1n : 1n;
    setWide(this.state.comparator, BigInt.asUintN(this.#bits, comparator + periods * period));
    this.start();
  }
}

export function wideOf({ low, high }: Wide): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

function setHalves(target: Wide, low: number | undefined, high: number | undefined): void {
  if (low !== undefined) target.low = low;
  if (high !== undefined) target.high = high;
}

export function setWide(target: Wide, value: bigint): void {
  target.low = Number(BigInt.asUintN(32, value));
  target.high = Number(BigInt.asUintN(32, value >> 32n));
}
