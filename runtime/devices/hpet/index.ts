import { type IrqLine, irqLine } from '../../bus/irq.ts';
import type { MmioBus } from '../../memory/mmio.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';
import {
  CAPABILITIES,
  Configuration,
  HPET_BASE,
  HPET_BYTES,
  Register,
  TICK,
  TICK_FEMTOSECONDS,
  TIMER_BYTES,
  TIMERS,
  TimerRegister,
} from './registers.ts';
import { hpetState, type Wide } from './state.ts';
import { type Counter, HpetTimer, setWide, wideOf } from './timer.ts';

export interface HpetOptions {
  readonly mmio: MmioBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** This device's end of the line of an IRQ. */
  readonly irq: (number: number) => IrqLine;
  /** There is an I/O APIC, whose input 2 is IRQ 0's: timers can be routed to it. */
  readonly ioApic: boolean;
}

/** IRQs that the chip takes over from the 8254 and the real-time clock, with its timers 0 and 1. */
const REPLACED_IRQS = [0, 8];
/** The I/O APIC input that timers can be routed to, and the IRQ whose line goes there. */
const ROUTE = 2;
const ROUTED_IRQ = 0;

/** A high precision event timer (IA-PC HPET specification 1.0a) with the sizes and routes of QEMU's: 100 MHz, three timers. */
export class Hpet {
  readonly component: Component;
  readonly #state = hpetState.create();
  readonly #clock: Clock;
  readonly #timers: readonly HpetTimer[];
  /** By timer, for legacy replacement and not. */
  readonly #legacyLines: readonly IrqLine[];
  readonly #routedLines: readonly IrqLine[];
  /** The 8254's and the real-time clock's ends of their lines. */
  readonly #replacedLines: readonly IrqLine[];

  constructor({ mmio, clock, events, irq, ioApic }: HpetOptions) {
    this.#clock = clock;
    this.#legacyLines = REPLACED_IRQS.map(irq);
    this.#replacedLines = REPLACED_IRQS.map(irq);
    this.#routedLines = this.#state.timers.map(() => irq(ROUTED_IRQ));
    const counter = this.#counter();
    this.#timers = this.#state.timers.map((state, index) => {
      const routes = ioApic ? 1 << ROUTE : 0;
      const fire = () => this.#fire(index);
      const calm = () => this.#calm(index);
      return new HpetTimer({ index, state, counter, clock, events, routes, fire, calm });
    });
    this.component = hpetState.bind('hpet', this.#state);
    mmio.add({
      name: 'hpet',
      base: HPET_BASE,
      length: HPET_BYTES,
      read: (offset, size) => part(this.#read(offset & ~3), offset & 3, size),
      // Bytes and words of a register cannot be written.
      write: (offset, size, value) => {
        if (size === 4) this.#write(offset, value >>> 0);
      },
      writeWide: (offset, low, high) => this.#writeWide(offset, { low: low >>> 0, high: high >>> 0 }),
    });
  }

  reset(): void {
    for (const timer of this.#timers) timer.stop();
    const { timers, replaced } = this.#state;
    const initial = hpetState.create();
    for (const [index, timer] of timers.entries()) Object.assign(timer, initial.timers[index]);
    Object.assign(this.#state, initial, { timers, replaced });
    this.#driveReplaced();
  }

  /** Another chip's end of the line of IRQ 0 or 8, which legacy replacement cuts. */
  replaceable(irq: 0 | 8): IrqLine {
    const index = REPLACED_IRQS.indexOf(irq);
    return irqLine((high) => {
      this.#state.replaced[index] = high;
      if (!this.#isLegacy) this.#replacedLines[index].set(high);
    });
  }

  #driveReplaced(): void {
    for (const [index, high] of this.#state.replaced.entries()) {
      this.#replacedLines[index].set(high && !this.#isLegacy);
    }
  }

  get #isLegacy(): boolean {
    return (this.#state.configuration & Configuration.legacy) !== 0;
  }

  #counter(): Counter {
    const isEnabled = () => this.#isEnabled;
    const value = () => BigInt.asUintN(64, wideOf(this.#state.counter) + BigInt(this.#passed()));
    return {
      get enabled() {
        return isEnabled();
      },
      get value() {
        return value();
      },
    };
  }

  get #isEnabled(): boolean {
    return (this.#state.configuration & Configuration.enable) !== 0;
  }

  /** Ticks since the state has had the counter. */
  #passed(): number {
    return this.#isEnabled ? Math.floor(this.#clock.now() / TICK) - this.#state.since : 0;
  }

  /** A word of the counter. Guests read it as their clock, so no wide integer is made. */
  #word(half: 'low' | 'high'): number {
    const { low, high } = this.#state.counter;
    const sum = low + this.#passed();
    return (half === 'low' ? sum : high + Math.floor(sum / 2 ** 32)) >>> 0;
  }

  #read(register: number): number {
    const { configuration, interruptStatus } = this.#state;
    switch (register) {
      case Register.capabilities:
        return CAPABILITIES;
      case Register.period:
        return TICK_FEMTOSECONDS;
      case Register.configuration:
        return configuration;
      case Register.interruptStatus:
        return interruptStatus;
      case Register.counterLow:
        return this.#word('low');
      case Register.counterHigh:
        return this.#word('high');
      default:
        return this.#timerAt(register)?.read(register % TIMER_BYTES) ?? 0;
    }
  }

  #write(register: number, value: number): void {
    switch (register) {
      case Register.configuration:
        this.#configure(value & (Configuration.enable | Configuration.legacy));
        break;
      case Register.interruptStatus:
        for (let n = 0; n < TIMERS; n++) if ((value & this.#state.interruptStatus & (1 << n)) !== 0) this.#calm(n);
        break;
      case Register.counterLow:
        this.#setCounter({ low: value });
        break;
      case Register.counterHigh:
        this.#setCounter({ high: value });
        break;
      default:
        this.#timerAt(register)?.write(register % TIMER_BYTES, value);
    }
  }

  /** Registers have 64 bits (2.3.1); of most the upper half is reserved, or only read. */
  #writeWide(register: number, value: Wide): void {
    if (register === Register.counterLow) this.#setCounter(value);
    else if (register >= Register.timers && register % TIMER_BYTES === TimerRegister.comparatorLow)
      this.#timerAt(register)?.setComparator(value);
    else this.#write(register, value.low);
  }

  #timerAt(register: number): HpetTimer | undefined {
    return this.#timers[Math.floor((register - Register.timers) / TIMER_BYTES)];
  }

  #setCounter(halves: Partial<Wide>): void {
    this.#settle();
    Object.assign(this.#state.counter, halves);
    for (const timer of this.#timers) timer.start();
  }

  /** Lets the state have the counter as it is now. */
  #settle(): void {
    setWide(this.#state.counter, this.#counter().value);
    this.#state.since = Math.floor(this.#clock.now() / TICK);
  }

  #configure(value: number): void {
    const state = this.#state;
    const changed = value ^ state.configuration;
    this.#settle();
    state.configuration = value;
    if ((changed & Configuration.legacy) !== 0) this.#changeLegacy();
    if ((changed & Configuration.enable) === 0) return;
    for (const timer of this.#timers) {
      if ((value & Configuration.enable) !== 0) timer.start();
      else timer.stop();
    }
  }

  #changeLegacy(): void {
    for (const line of [...this.#legacyLines, ...this.#routedLines]) line.lower();
    this.#driveReplaced();
  }

  /** A timer's line: to where it has been routed, or none. */
  #lineOf(index: number): IrqLine | undefined {
    if (this.#isLegacy && index < this.#legacyLines.length) return this.#legacyLines[index];
    return this.#timers[index].route === ROUTE ? this.#routedLines[index] : undefined;
  }

  #fire(index: number): void {
    const line = this.#lineOf(index);
    if (this.#timers[index].isLevel) {
      this.#state.interruptStatus |= 1 << index;
      line?.raise();
    } else if (line === this.#routedLines[index]) {
      // Timers share this line, which must be low for the next edge of any.
      line?.raise();
      line?.lower();
    } else line?.pulse();
  }

  #calm(index: number): void {
    this.#state.interruptStatus &= ~(1 << index);
    this.#lineOf(index)?.lower();
  }
}

/** `size` bytes of a register from byte `byte` on. */
function part(value: number, byte: number, size: number): number {
  const shifted = value >>> (8 * byte);
  return size === 4 ? shifted : shifted & ((1 << (8 * size)) - 1);
}
