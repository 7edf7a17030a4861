import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Voice } from '../../sound/voice.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { Channel } from './channel.ts';
import { clocksAt, nanosecondsAt } from './clocks.ts';
import { Access, CLOCKS, Control, NANOSECONDS, Port, REFRESH_PERIOD, ReadBack, System } from './registers.ts';
import { Speaker } from './speaker.ts';
import { channelState, pitState } from './state.ts';

export interface PitOptions {
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** IRQ 0: the output of channel 0. */
  readonly irq: IrqLine;
  /** The voice that plays the speaker's sound. */
  readonly voice: Voice;
}

/**
 * An event that comes so late, in nanoseconds, found the host busy with something else: neither the guest nor the ticker
 * delays one as long.
 */
const LATE = 500_000;
/** Rises owed at most: seconds of a kernel's ticks, but not the hours of a stopped process. */
const LARGEST_DEBT = 1000;
/** An owed rise comes this part of a period after the last one was acknowledged, if that is longer than LATE. */
const OWED_AFTER = 1 / 32;

/** The PC's 8254 and port 0x61, which holds the gate and the output of channel 2. */
export class Pit8254 {
  readonly component: Component;
  readonly #state = pitState.create();
  readonly #channels = this.#state.channels.map((state) => new Channel(state));
  readonly #clock: Clock;
  readonly #irq: IrqLine;
  readonly #rise: Timer;
  readonly #owedRise: Timer;
  readonly #speaker: Speaker;

  constructor({ ports, clock, events, irq, voice }: PitOptions) {
    this.#clock = clock;
    this.#irq = irq;
    this.#rise = events.timer('pit channel 0', (now, due) => this.#channel0Rises(due, now));
    this.#owedRise = events.timer('pit owed rise', () => this.#payDebt());
    this.#speaker = new Speaker(this.#state, this.#channels[2], voice);
    this.component = pitState.bind('pit', this.#state);
    this.reset();
    ports.register({
      name: 'pit',
      first: Port.channel0,
      count: 4,
      read: (port) => this.#read(port),
      write: (port, _, value) => this.#write(port, value),
    });
    ports.register({
      name: 'system control',
      first: Port.system,
      count: 1,
      read: () => this.#readSystem(),
      write: (_port, _size, value) => this.#writeSystem(value),
    });
  }

  /** Power-on. What the chip does before it is programmed is undefined; here nothing counts. */
  reset(): void {
    for (const state of this.#state.channels) Object.assign(state, channelState.create(), { idleOutput: true });
    this.#state.channels[0].gate = true;
    this.#state.channels[1].gate = true;
    this.#state.system = 0;
    this.#forgetDebt();
    this.#rise.disarm();
    this.#speaker.reset(this.#clock.now());
  }

  /**
   * IRQ 0 has been taken into service: one that is owed comes next. A kernel's ticks come at once, so that its time is right
   * before it works with it; slow ones after a while, as who waits for a tick by reading a count must see each.
   */
  acknowledged(): void {
    this.#state.waiting = false;
    const { period } = this.#channels[0];
    const pause = period === Infinity ? 0 : (period * NANOSECONDS * OWED_AFTER) / CLOCKS;
    if (pause > LATE && this.#state.owed > 0) this.#owedRise.arm(this.#clock.now() + pause);
    else this.#payDebt();
  }

  /** A rise that is not acknowledged yet comes first. */
  #payDebt(): void {
    const state = this.#state;
    if (state.owed === 0 || state.waiting) return;
    state.owed--;
    this.#raise();
  }

  #raise(): void {
    this.#state.waiting = true;
    this.#irq.pulse();
  }

  #forgetDebt(): void {
    Object.assign(this.#state, { waiting: false, owed: 0 });
    this.#owedRise.disarm();
  }

  /** The level of the speaker now: the data bit of port 0x61 and the output of channel 2. */
  get speaker(): boolean {
    return this.#speaker.isOut(this.#now());
  }

  /** The tone that the speaker gives now, in Hz; 0: none. Port 61h lets channel 2 count, and its output through. */
  get tone(): number {
    const { system } = this.#state;
    const heard = System.speaker | System.gate2;
    const period = (system & heard) === heard ? this.#channels[2].period : Infinity;
    return (CLOCKS * 1e9) / NANOSECONDS / period;
  }

  #now(): number {
    return clocksAt(this.#clock.now());
  }

  #read(port: number): number {
    return port === Port.control ? 0xff : this.#channels[port - Port.channel0].read(this.#now());
  }

  #write(port: number, value: number): void {
    const now = this.#clock.now();
    // An edge that has passed but was not run yet came before this write.
    if (this.#rise.deadline <= now) this.#channel0Rises(this.#rise.deadline, now);
    const clock = clocksAt(now);
    const isChannel2 = isOfChannel(2, port, value);
    if (isChannel2) this.#speaker.settle(now);
    if (port === Port.control) this.#control(value, clock);
    else this.#channels[port - Port.channel0].write(value, clock);
    this.#follow(port, value, clock);
    if (isChannel2) this.#speaker.changed(now);
  }

  #follow(port: number, value: number, clock: number): void {
    if (!isOfChannel(0, port, value)) return;
    this.#forgetDebt();
    this.#irq.set(this.#channels[0].output(clock));
    this.#armNextRise(clock);
  }

  #control(value: number, clock: number): void {
    const channel = value >> Control.channelShift;
    if (channel === Control.readBack) this.#readBack(value, clock);
    else if (isLatch(Port.control, value)) this.#channels[channel].latchCount(clock);
    else this.#channels[channel].program(value, clock);
  }

  #readBack(value: number, clock: number): void {
    const selected = this.#channels.filter((_, index) => (value & (1 << (index + ReadBack.channelShift))) !== 0);
    for (const channel of selected) {
      if ((value & ReadBack.noCount) === 0) channel.latchCount(clock);
      if ((value & ReadBack.noStatus) === 0) channel.latchStatus(clock);
    }
  }

  /** Falling edges are left out, as the line is edge-triggered: each rise is a pulse. */
  #channel0Rises(due: number, now: number): void {
    const state = this.#state;
    // A guest that keeps interrupts off loses rises, as on hardware; one that the host did not run must not.
    const hidden = state.waiting && now - due > LATE ? 1 : 0;
    const room = LARGEST_DEBT - state.owed;
    state.owed += Math.min(hidden + this.#channels[0].rises(clocksAt(due), clocksAt(now), room), room);
    this.#raise();
    this.#armNextRise(clocksAt(now));
  }

  #armNextRise(clock: number): void {
    this.#rise.arm(nanosecondsAt(this.#channels[0].nextRise(clock)));
  }

  #readSystem(): number {
    const now = this.#clock.now();
    const refresh = Math.floor(now / REFRESH_PERIOD) % 2 === 1 ? System.refreshToggle : 0;
    const output = this.#channels[2].output(clocksAt(now)) ? System.output2 : 0;
    return this.#state.system | refresh | output;
  }

  #writeSystem(value: number): void {
    const now = this.#clock.now();
    this.#speaker.settle(now);
    this.#state.system = value & System.writable;
    this.#channels[2].setGate((value & System.gate2) !== 0, clocksAt(now));
    this.#speaker.changed(now);
  }
}

/** Whether a write programs this channel. */
function isOfChannel(channel: number, port: number, value: number): boolean {
  if (port !== Port.control) return port === Port.channel0 + channel;
  return value >> Control.channelShift === channel && !isLatch(port, value);
}

function isLatch(port: number, value: number): boolean {
  return port === Port.control && ((value >> Control.accessShift) & 3) === Access.latch;
}
