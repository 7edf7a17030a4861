import type { DmaChannel } from '../../bus/dma.ts';
import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Voice } from '../../sound/voice.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';
import { Dsp } from './dsp.ts';
import { Levels } from './levels.ts';
import {
  BYTE_CHANNELS,
  IRQS,
  type IrqNumber,
  Mixer,
  NOT_BUSY,
  Pending,
  Port,
  portRuns,
  WORD_CHANNELS,
} from './registers.ts';
import { type Sb16State, sb16State } from './state.ts';
import { SampleTransfer } from './transfer.ts';

export interface SoundBlaster16Options {
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly guestError: ReportGuestError;
  /** The first of its ports, 220h by custom. */
  readonly base: number;
  /** The lines that it can be set up for. */
  readonly irqs: Readonly<Record<IrqNumber, IrqLine>>;
  readonly dma: (channel: number) => DmaChannel;
  /** The voices of 8-bit and 16-bit samples, and that of the FM chip, whose level is set here. */
  readonly voices: { readonly bytes: Voice; readonly words: Voice; readonly fm: Voice };
}

/** IRQ 5, channels 1 and 5: how cards were delivered, and QEMU's. */
const [DEFAULT_INTERRUPT, DEFAULT_DMA] = [0x02, 0x22];
/** Upper bits of the interrupt status register: the version of the chip. */
const MIXER_VERSION = 0x20;

/** A Sound Blaster 16: DSP 4.05 and CT1745 mixer. Its FM chip and its MIDI port are other devices. */
export class SoundBlaster16 {
  readonly component: Component;
  readonly #options: SoundBlaster16Options;
  readonly #state: Sb16State = sb16State.create();
  readonly #levels = new Levels(this.#state.mixer);
  readonly #dsp: Dsp;

  constructor(options: SoundBlaster16Options) {
    this.#options = options;
    this.#dsp = this.#makeDsp();
    this.component = sb16State.bind('sb16', this.#state, { restored: () => this.#setGains() });
    this.reset();
    for (const { first, count } of portRuns) {
      options.ports.register({
        name: 'sb16',
        first: options.base + first,
        count,
        read: (port) => this.#read(port - options.base),
        write: (port, _, value) => this.#write(port - options.base, value),
      });
    }
  }

  #makeDsp(): Dsp {
    const { guestError, voices } = this.#options;
    const channel = (numbers: readonly number[]) => this.#channel(numbers);
    const bytes = this.#makeTransfer(0, voices.bytes, () => channel(BYTE_CHANNELS));
    // A card without a channel for words moves them byte by byte.
    const words = this.#makeTransfer(1, voices.words, () => channel(WORD_CHANNELS) ?? channel(BYTE_CHANNELS));
    const interrupt = (pending: number) => this.#interrupt(pending);
    const state = this.#state;
    return new Dsp({
      state,
      levels: this.#levels,
      bytes,
      words,
      channel: () => channel(BYTE_CHANNELS),
      interrupt,
      guestError,
    });
  }

  #makeTransfer(n: 0 | 1, voice: Voice, channel: () => DmaChannel | null): SampleTransfer {
    const { clock, events } = this.#options;
    const [name, width, pending] =
      n === 0 ? ['bytes', 1 as const, Pending.bytes] : ['words', 2 as const, Pending.words];
    const state = this.#state.transfers[n]!;
    const blockEnded = () => this.#interrupt(pending);
    return new SampleTransfer({ name: `sb16 ${name}`, width, state, voice, clock, events, channel, blockEnded });
  }

  /** The one of these channels that is set up; null: none is. */
  #channel(numbers: readonly number[]): DmaChannel | null {
    const setup = this.#state.mixer[Mixer.dmaSetup]!;
    const number = numbers.find((n) => (setup & (1 << n)) !== 0);
    return number === undefined ? null : this.#options.dma(number);
  }

  /** Power-on. */
  reset(): void {
    this.#state.mixerIndex = 0;
    this.#levels.reset();
    this.#setGains();
    this.#acknowledge(0xff);
    this.#state.mixer[Mixer.interruptSetup] = DEFAULT_INTERRUPT;
    this.#state.mixer[Mixer.dmaSetup] = DEFAULT_DMA;
    this.#dsp.reset();
  }

  #read(port: number): number {
    switch (port) {
      case Port.mixerIndex:
        return this.#state.mixerIndex;
      case Port.mixerData:
        return this.#readMixer(this.#state.mixerIndex);
      case Port.readData:
        return this.#dsp.read();
      case Port.write:
        return NOT_BUSY;
      case Port.readStatus:
        this.#acknowledge(Pending.bytes);
        return this.#dsp.readStatus;
      case Port.acknowledge16:
        this.#acknowledge(Pending.words);
        return 0xff;
      default:
        return 0xff;
    }
  }

  #write(port: number, value: number): void {
    if (port === Port.mixerIndex) this.#state.mixerIndex = value;
    else if (port === Port.mixerData) this.#writeMixer(this.#state.mixerIndex, value);
    else if (port === Port.reset) this.#writeReset(value);
    else if (port === Port.write) this.#dsp.write(value);
  }

  #writeReset(value: number): void {
    this.#dsp.writeReset(value);
    this.#acknowledge(Pending.bytes | Pending.words);
  }

  #readMixer(register: number): number {
    const { mixer, pending } = this.#state;
    if (register === Mixer.interruptStatus) return pending | MIXER_VERSION;
    if (register === Mixer.interruptSetup) return mixer[register]! | 0xf0;
    if (register === Mixer.dmaSetup) return mixer[register]!;
    return register <= Mixer.last ? this.#levels.read(register) : 0xff;
  }

  #writeMixer(register: number, value: number): void {
    if (register === Mixer.interruptSetup) this.#setInterrupt(value & 0x0f);
    else if (register === Mixer.dmaSetup) this.#state.mixer[register] = value & 0xeb;
    else if (register <= Mixer.last) {
      this.#levels.write(register, value);
      this.#setGains();
    }
  }

  #setGains(): void {
    const { bytes, words, fm } = this.#options.voices;
    for (const voice of [bytes, words]) voice.setGain(...this.#levels.gains(Mixer.voice));
    fm.setGain(...this.#levels.gains(Mixer.fm));
  }

  #setInterrupt(setup: number): void {
    this.#line()?.lower();
    this.#state.mixer[Mixer.interruptSetup] = setup;
    this.#drive();
  }

  #line(): IrqLine | undefined {
    const n = IRQS.findIndex((_, bit) => (this.#state.mixer[Mixer.interruptSetup]! & (1 << bit)) !== 0);
    return n < 0 ? undefined : this.#options.irqs[IRQS[n]!];
  }

  #interrupt(pending: number): void {
    this.#state.pending |= pending;
    this.#drive();
  }

  #acknowledge(pending: number): void {
    this.#state.pending &= ~pending;
    this.#drive();
  }

  #drive(): void {
    this.#line()?.set(this.#state.pending !== 0);
  }
}
