import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { nextAlarm } from './alarm.ts';
import { calendarTime, daysOf, loadTime, secondsOf, storeTime, weekdayOf } from './calendar.ts';
import {
  CMOS_SIZE,
  NMI_MASK,
  Port,
  Register,
  RegisterA,
  RegisterB,
  RegisterC,
  UPDATE_TIME,
  VALID,
} from './registers.ts';
import { rtcState } from './state.ts';

export interface RtcOptions {
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly guestError?: ReportGuestError;
  /** IRQ 8. */
  readonly irq: IrqLine;
  /** The time of day now, in seconds since 1970-01-01, in the time zone that the guest is to see. */
  readonly startTime: number;
}

const SECOND = 1e9;

/**
 * The MC146818A of a PC: the time of day and 128 bytes of battery-backed memory. The time is computed from the virtual
 * clock, and flags are brought up to date when somebody looks; a timer runs only for interrupts that are enabled.
 */
export class RtcCmos {
  readonly component: Component;
  readonly #state = rtcState.create();
  readonly #clock: Clock;
  readonly #irq: IrqLine;
  readonly #guestError: ReportGuestError | undefined;
  readonly #timer: Timer;

  constructor({ ports, clock, events, irq, startTime, guestError }: RtcOptions) {
    this.#guestError = guestError;
    this.#clock = clock;
    this.#irq = irq;
    this.#timer = events.timer('rtc', (now) => this.#settle(now));
    this.component = rtcState.bind('rtc', this.#state);
    this.#powerOn(startTime);
    ports.register({
      name: 'rtc',
      first: Port.index,
      count: 2,
      read: (port) => (port === Port.index ? 0xff : this.#read(this.#state.index & ~NMI_MASK)),
      write: (port, _, value) => this.#writePort(port, value),
    });
  }

  #powerOn(startTime: number): void {
    const state = this.#state;
    state.memory[Register.a] = RegisterA.dividerRunning | 6;
    state.memory[Register.b] = RegisterB.hours24;
    state.memory[Register.d] = VALID;
    state.seconds = Math.floor(startTime);
    state.epoch = this.#clock.now() - Math.floor((startTime - state.seconds) * SECOND);
    state.settled = this.#clock.now();
  }

  /** Seconds since 1970-01-01, in the guest's time zone, when virtual time was 0. */
  get secondsAtStart(): number {
    const { seconds, epoch } = this.#state;
    return seconds - epoch / SECOND;
  }

  /** RESET: interrupts are disabled and their flags cleared; time and memory are battery-backed. */
  reset(): void {
    this.#settle();
    const { memory } = this.#state;
    memory[Register.b] &= ~(RegisterB.periodicInterrupt | RegisterB.alarmInterrupt | RegisterB.updateInterrupt);
    memory[Register.b] &= ~RegisterB.squareWave;
    memory[Register.c] = 0;
    this.#state.index = 0;
    this.#update();
  }

  /** Bit 7 of port 0x70: NMI does not reach the CPU. */
  get nmiMasked(): boolean {
    return (this.#state.index & NMI_MASK) !== 0;
  }

  /** Sets a byte of the memory, 0x0e-0x7f without the two of the century: what a PC's firmware expects to find there. */
  setMemory(address: number, value: number): void {
    if (address <= Register.d || address >= CMOS_SIZE || cellOf(address) === Register.century) {
      throw new Error(`0x${address.toString(16)} is no address of CMOS memory`);
    }
    this.#state.memory[address] = value;
  }

  /** A byte of the memory, as the guest would read it, without any effect. */
  memory(address: number): number {
    const cell = cellOf(address);
    return isTime(cell) ? this.#readTime(cell) : this.#state.memory[cell];
  }

  get #registerB(): number {
    return this.#state.memory[Register.b];
  }

  /** The divider runs: there are updates (unless SET) and periodic events. */
  get #dividerRunning(): boolean {
    return (this.#state.memory[Register.a] & RegisterA.divider) === RegisterA.dividerRunning;
  }

  get #timeRunning(): boolean {
    return this.#dividerRunning && (this.#registerB & RegisterB.set) === 0;
  }

  /** The number of updates since `epoch` at a virtual time. */
  #updatesAt(now: number): number {
    return Math.floor((now - this.#state.epoch) / SECOND);
  }

  #writePort(port: number, value: number): void {
    if (port === Port.index) this.#state.index = value;
    else this.#write(cellOf(this.#state.index & ~NMI_MASK), value);
  }

  #read(address: number): number {
    if (address === Register.a) return this.#readA();
    if (address === Register.c) return this.#readC();
    return this.memory(address);
  }

  #readTime(address: number): number {
    const { memory } = this.#state;
    if (this.#timeRunning) this.#storeTime();
    return memory[address];
  }

  /** Puts the present time into the registers. */
  #storeTime(): void {
    const { memory, seconds, weekdayOffset } = this.#state;
    const time = calendarTime(seconds + this.#updatesAt(this.#clock.now()));
    const weekday = ((time.weekday - 1 + weekdayOffset) % 7) + 1;
    storeTime(memory, { ...time, weekday }, this.#registerB);
  }

  /** Goes on from the time in the registers; `now` keeps its place in the second. */
  #loadTime(): void {
    const state = this.#state;
    const time = loadTime(state.memory, this.#registerB);
    state.epoch += this.#updatesAt(this.#clock.now()) * SECOND;
    state.seconds = secondsOf(time);
    const weekday = weekdayOf(daysOf(time.year, time.month, time.day));
    state.weekdayOffset = (((time.weekday - weekday) % 7) + 7) % 7;
  }

  #readA(): number {
    const { memory, epoch } = this.#state;
    const now = this.#clock.now();
    const untilUpdate = epoch + (this.#updatesAt(now) + 1) * SECOND - now;
    const updating = this.#timeRunning && untilUpdate <= UPDATE_TIME;
    return memory[Register.a] | (updating ? RegisterA.updateInProgress : 0);
  }

  /** Reading register C clears it and with it the interrupt. */
  #readC(): number {
    this.#settle();
    const { memory } = this.#state;
    const value = memory[Register.c];
    memory[Register.c] = 0;
    this.#update();
    return value;
  }

  #write(address: number, value: number): void {
    const { memory } = this.#state;
    this.#settle();
    if (isTime(address)) this.#writeTime(address, value);
    else if (address === Register.a) this.#writeControl(address, value & ~RegisterA.updateInProgress);
    else if (address === Register.b) this.#writeControl(address, setEndsUpdateInterrupt(value));
    else if (address === Register.c || address === Register.d)
      this.#guestError?.('RTC: write of a read-only register', address);
    else memory[address] = value;
    this.#update();
  }

  #writeTime(address: number, value: number): void {
    const running = this.#timeRunning;
    if (running) this.#storeTime();
    this.#state.memory[address] = value;
    if (running) this.#loadTime();
  }

  /** A write to register A or B, which may stop the time or let it go on. */
  #writeControl(address: number, value: number): void {
    const { memory } = this.#state;
    const timeWasRunning = this.#timeRunning;
    const dividerWasRunning = this.#dividerRunning;
    if (timeWasRunning) this.#storeTime();
    memory[address] = value;
    // The first update comes half a second after the divider is let go (data sheet, "Divider control").
    if (!dividerWasRunning && this.#dividerRunning) this.#state.epoch = this.#clock.now() - SECOND / 2;
    if (!timeWasRunning && this.#timeRunning) this.#loadTime();
  }

  /** Sets the flags of what has happened since the last time. */
  #settle(now = this.#clock.now()): void {
    const state = this.#state;
    if (this.#nextPeriodic(state.settled) <= now) state.memory[Register.c] |= RegisterC.periodic;
    if (this.#nextUpdate(state.settled) <= now) state.memory[Register.c] |= RegisterC.update;
    if (this.#nextAlarm(state.settled) <= now) state.memory[Register.c] |= RegisterC.alarm;
    state.settled = now;
    this.#update();
  }

  /** The virtual time of the first periodic event after `time`; Infinity if there is none. */
  #nextPeriodic(time: number): number {
    const rate = this.#state.memory[Register.a] & RegisterA.rate;
    if (rate === 0 || !this.#dividerRunning) return Infinity;
    const period = (SECOND * 2 ** (periodExponent(rate) - 1)) / 32768;
    const { epoch } = this.#state;
    return epoch + (Math.floor((time - epoch) / period) + 1) * period;
  }

  #nextUpdate(time: number): number {
    if (!this.#timeRunning) return Infinity;
    return this.#state.epoch + (this.#updatesAt(time) + 1) * SECOND;
  }

  #nextAlarm(time: number): number {
    if (!this.#timeRunning) return Infinity;
    const { memory, seconds, epoch } = this.#state;
    return epoch + (nextAlarm(memory, this.#registerB, seconds + this.#updatesAt(time)) - seconds) * SECOND;
  }

  /** Brings IRQF, the line and the timer in line with the flags and their enables. */
  #update(): void {
    const { memory } = this.#state;
    const flags = memory[Register.c] & RegisterC.sources;
    const requested = (flags & this.#registerB) !== 0;
    memory[Register.c] = flags | (requested ? RegisterC.request : 0);
    this.#irq.set(requested);
    // Nothing changes for the CPU before it has read register C.
    this.#timer.arm(requested ? Infinity : this.#nextInterrupt());
  }

  #nextInterrupt(): number {
    const enabled = (bit: number): boolean => (this.#registerB & bit) !== 0;
    const { settled } = this.#state;
    return Math.ceil(
      Math.min(
        enabled(RegisterB.periodicInterrupt) ? this.#nextPeriodic(settled) : Infinity,
        enabled(RegisterB.updateInterrupt) ? this.#nextUpdate(settled) : Infinity,
        enabled(RegisterB.alarmInterrupt) ? this.#nextAlarm(settled) : Infinity,
      ),
    );
  }
}

/** The byte at an address: the century has two. */
function cellOf(address: number): number {
  return address === Register.ps2Century ? Register.century : address;
}

function isTime(address: number): boolean {
  const isAlarm = (address & 1) !== 0 && address <= Register.hoursAlarm;
  return (address <= Register.year && !isAlarm) || address === Register.century;
}

/** Setting SET clears UIE. */
function setEndsUpdateInterrupt(value: number): number {
  return (value & RegisterB.set) !== 0 ? value & ~RegisterB.updateInterrupt : value;
}

/** Rates 1 and 2 are those of 8 and 9 (data sheet, table 5, 32768 Hz). */
function periodExponent(rate: number): number {
  return rate <= 2 ? rate + 7 : rate;
}
