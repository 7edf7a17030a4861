import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { InterruptMessage } from '../../bus/interrupt-message.ts';
import { type IrqLine, irqLine } from '../../bus/irq.ts';
import { partOfWord } from '../../bus/word-part.ts';
import type { MmioBus } from '../../memory/mmio.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { Entry, INPUTS, Index, IO_APIC_BASE, MemoryRegister, VERSION } from './registers.ts';
import { ioApicState } from './state.ts';

export interface IoApicOptions {
  readonly mmio: MmioBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly guestError?: ReportGuestError;
  /** Sends an interrupt to the local APICs. */
  readonly send: (message: InterruptMessage) => boolean;
}

/**
 * Number of times that an input that stays high may ask again at once; after that the guest has a pause in virtual nanoseconds
 * without its interrupt, as in QEMU (after 10,000 times there). A chip takes a moment each time: a driver whose interrupt comes
 * before it could mask its device gets on.
 */
const MOST_REPEATS = 1000;
const PAUSE = 10_000_000;

/** The I/O APIC (82093AA data sheet): 24 inputs, each with its vector and destination. Inputs are active high. */
export class IoApic {
  readonly component: Component;
  readonly #state = ioApicState.create();
  readonly #send: (message: InterruptMessage) => boolean;
  readonly #guestError: ReportGuestError | undefined;
  readonly #clock: Clock;
  readonly #pause: Timer;

  constructor({ mmio, send, guestError, clock, events }: IoApicOptions) {
    this.#send = send;
    this.#guestError = guestError;
    this.#clock = clock;
    this.#pause = events.timer('io apic', () => this.#serveAll());
    this.component = ioApicState.bind('io apic', this.#state);
    this.reset();
    mmio.add({
      name: 'io apic',
      base: IO_APIC_BASE,
      length: 0x1000,
      read: (offset, size) => partOfWord(this.#read(offset & ~3), offset, size),
      write: (offset, _size, value) => this.#write(offset, value >>> 0),
    });
  }

  /** All inputs are masked; the lines keep the levels that devices drive. */
  reset(): void {
    const { levels } = this.#state;
    Object.assign(this.#state, ioApicState.create(), { levels, low: new Array(INPUTS).fill(Entry.masked) });
    this.#pause.disarm();
  }

  /** An input, 0-23. */
  line(input: number): IrqLine {
    return irqLine((high) => this.#drive(input, high));
  }

  /** The interrupt messages of all inputs that are not masked. */
  messages(): InterruptMessage[] {
    const inputs = Array.from({ length: INPUTS }, (_, input) => input);
    return inputs.filter((input) => !(this.#state.low[input]! & Entry.masked)).map((input) => this.#messageOf(input));
  }

  #drive(input: number, high: boolean): void {
    const s = this.#state;
    const rises = high && ((s.levels >>> input) & 1) === 0;
    s.levels = (high ? s.levels | (1 << input) : s.levels & ~(1 << input)) >>> 0;
    if (!high) s.repeats[input] = 0;
    // An edge at a masked input is lost (3.2.4).
    if (s.low[input]! & Entry.level) this.#serve(input);
    else if (rises && (s.low[input]! & Entry.masked) === 0) this.#deliver(input);
  }

  /** A level-triggered input asks again until its interrupt has been served. */
  #serve(input: number): void {
    const s = this.#state;
    const entry = s.low[input]!;
    const high = ((s.levels >>> input) & 1) !== 0;
    if (!high || entry & (Entry.masked | Entry.remoteRequest)) return;
    if (this.#deliver(input)) s.low[input] = entry | Entry.remoteRequest;
  }

  #deliver(input: number): boolean {
    return this.#send(this.#messageOf(input));
  }

  #messageOf(input: number): InterruptMessage {
    const low = this.#state.low[input]!;
    return {
      vector: low & Entry.vector,
      mode: (low >>> Entry.modeShift) & 7,
      level: (low & Entry.level) !== 0,
      destination: this.#state.high[input]! >>> 24,
      logical: (low & Entry.logical) !== 0,
    };
  }

  /** A local APIC has ended a level-triggered interrupt with this vector. */
  endOfInterrupt(vector: number): void {
    const s = this.#state;
    for (let input = 0; input < INPUTS; input++) {
      const entry = s.low[input]!;
      if ((entry & Entry.vector) !== vector || (entry & Entry.remoteRequest) === 0) continue;
      s.low[input] = entry & ~Entry.remoteRequest;
      if (this.#isStorm(input)) this.#pause.arm(this.#clock.now() + PAUSE);
      else this.#serve(input);
    }
  }

  /** Whether an input asks again and again, and nothing is done about it. */
  #isStorm(input: number): boolean {
    const { low, levels, repeats } = this.#state;
    const asksAgain = ((levels >>> input) & 1) !== 0 && (low[input]! & Entry.masked) === 0;
    const count = asksAgain ? repeats[input]! + 1 : 0;
    repeats[input] = count % MOST_REPEATS;
    return count === MOST_REPEATS;
  }

  #serveAll(): void {
    for (let input = 0; input < INPUTS; input++) if (this.#state.low[input]! & Entry.level) this.#serve(input);
  }

  #read(offset: number): number {
    if (offset === MemoryRegister.select) return this.#state.select;
    return offset === MemoryRegister.data ? this.#readRegister(this.#state.select) : 0;
  }

  #readRegister(index: number): number {
    const s = this.#state;
    const input = (index - Index.redirection) >> 1;
    if (input >= 0) return (index & 1 ? s.high[input] : s.low[input]) ?? 0;
    if (index === Index.version) return VERSION;
    return index === Index.id || index === Index.arbitration ? s.id << 24 : 0;
  }

  #write(offset: number, value: number): void {
    if (offset === MemoryRegister.select) this.#state.select = value & 0xff;
    else if (offset === MemoryRegister.data) this.#writeRegister(this.#state.select, value);
    else if (offset === MemoryRegister.endOfInterrupt) this.endOfInterrupt(value & 0xff);
  }

  #writeRegister(index: number, value: number): void {
    const s = this.#state;
    const input = (index - Index.redirection) >> 1;
    if (index === Index.id) s.id = (value >>> 24) & 0xf;
    else if (input < 0 || input >= INPUTS) this.#guestError?.('I/O APIC: write of no such register', index);
    else if (index & 1) s.high[input] = (value & 0xff000000) >>> 0;
    else this.#writeEntry(input, value);
  }

  /** Writes half of an entry. An input that has become edge-triggered has no request outstanding. */
  #writeEntry(input: number, value: number): void {
    const s = this.#state;
    const kept = value & Entry.level ? s.low[input]! & Entry.remoteRequest : 0;
    s.low[input] = (value & Entry.writable) | kept;
    if (value & Entry.level) this.#serve(input);
  }
}
