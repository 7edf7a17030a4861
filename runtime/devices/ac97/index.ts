import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { AccessSize, PortBus } from '../../bus/ports.ts';
import { partOfWord } from '../../bus/word-part.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Voice } from '../../sound/voice.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';
import { functionMemory } from '../pci/bus-master.ts';
import { PciFunction } from '../pci/function.ts';
import { portRange } from '../pci/range.ts';
import { Ac97Codec } from './codec.ts';
import { BufferEngine } from './engine.ts';
import {
  Codec,
  ENGINE_PORTS,
  ENGINES,
  Engine,
  Global,
  GlobalControl,
  GlobalStatus,
  MASTER_PORTS,
  MIXER_PORTS,
  Pci,
} from './registers.ts';
import { ac97State } from './state.ts';

export interface Ac97Options {
  /** Its place on the PCI bus. */
  readonly device: number;
  readonly ports: PortBus;
  readonly memory: BusMemory;
  readonly irq: IrqLine;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly voice: Voice;
  readonly guestError: ReportGuestError;
}

/** The rate register and the samples of a frame of each engine. */
const engineKinds = {
  in: { rate: Codec.inputRate, sides: 2 },
  out: { rate: Codec.frontRate, sides: 2 },
  microphone: { rate: Codec.microphoneRate, sides: 1 },
} as const;

const sizes: readonly AccessSize[] = [1, 2, 4];

/** The audio function of Intel's 82801AA with an AC'97 codec. */
export class Ac97 {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: Ac97Options;
  readonly #state = ac97State.create();
  readonly #codec = new Ac97Codec(this.#state.codec);
  readonly #engines: readonly BufferEngine[];

  constructor(options: Ac97Options) {
    this.#options = options;
    this.#engines = this.#makeEngines();
    this.pciFunction = this.#makeFunction();
    this.component = ac97State.bind('ac97', this.#state, { restored: () => this.#setGain() });
    this.reset();
  }

  #makeEngines(): BufferEngine[] {
    const { clock, events, voice } = this.#options;
    const memory = functionMemory(this.#options.memory, () => this.pciFunction);
    return ENGINES.map((name, n) => {
      const { rate, sides } = engineKinds[name];
      return new BufferEngine({
        ...{ name: `ac97 ${name}`, state: this.#state.engines[n]!, memory, clock, events, sides },
        voice: name === 'out' ? voice : null,
        rate: () => this.#codec.rate(rate),
        changed: () => this.#drive(),
      });
    });
  }

  #makeFunction(): PciFunction {
    const { device, ports } = this.#options;
    const mixer = portRange(ports, (first) => [
      {
        ...{ name: 'ac97 mixer', first, count: MIXER_PORTS, sizes },
        read: (port, size) => this.#readCodec(port - first, size),
        write: (port, size, value) => this.#writeCodec(port - first, size, value),
      },
    ]);
    const master = portRange(ports, (first) => [
      {
        ...{ name: 'ac97 bus master', first, count: MASTER_PORTS, sizes },
        read: (port, size) => this.#readMaster(port - first, size),
        write: (port, size, value) => this.#writeMaster(port - first, size, value),
      },
    ]);
    return new PciFunction({
      ...{ name: 'ac97 function', device, function: 0 },
      ...Pci,
      interruptPin: 1,
      bars: [
        { index: 0, space: 'io', size: MIXER_PORTS, range: mixer },
        { index: 1, space: 'io', size: MASTER_PORTS, range: master },
      ],
    });
  }

  reset(): void {
    this.#resetAll();
    this.#state.globalControl = 0;
  }

  #resetAll(): void {
    this.#codec.reset();
    this.#setGain();
    for (const engine of this.#engines) engine.reset();
    this.#drive();
  }

  #setGain(): void {
    this.#options.voice.setGain(...this.#codec.gains);
  }

  #readCodec(offset: number, size: AccessSize): number {
    const low = this.#codec.read(offset & ~1);
    if (size === 1) return (low >> (8 * (offset & 1))) & 0xff;
    return size === 2 ? low : (low | (this.#codec.read((offset & ~1) + 2) << 16)) >>> 0;
  }

  /** The codec has words: a byte would leave the other one of it unknown. */
  #writeCodec(offset: number, size: AccessSize, value: number): void {
    if (size === 1) {
      this.#options.guestError('ac97: a byte is written to the mixer', offset);
      return;
    }
    this.#codec.write(offset & ~1, value & 0xffff);
    if (size === 4) this.#codec.write((offset & ~1) + 2, value >>> 16);
    this.#setGain();
  }

  /** Registers stand side by side: an access has what of them is in its bytes. */
  #readMaster(offset: number, size: AccessSize): number {
    return partOfWord(this.#readWord(offset & ~3), offset, size);
  }

  /** 32 bits. */
  #readWord(offset: number): number {
    if (offset === Global.control) return this.#state.globalControl;
    if (offset === Global.status) return this.#globalStatus;
    const n = Math.floor(offset / ENGINE_PORTS);
    const state = this.#state.engines[n];
    if (state === undefined) return 0;
    const at = offset % ENGINE_PORTS;
    if (at === Engine.list) return state.list;
    if (at === Engine.currentIndex)
      return (state.currentIndex | (state.lastValidIndex << 8) | (state.status << 16)) >>> 0;
    if (at !== Engine.position) return 0;
    return (this.#engines[n]!.position | (state.prefetchedIndex << 16) | (state.control << 24)) >>> 0;
  }

  #writeMaster(offset: number, size: AccessSize, value: number): void {
    if (offset >= 0x30) return;
    if (offset >= Global.control) this.#writeGlobalControl(offset, value);
    else this.#writeEngine(Math.floor(offset / ENGINE_PORTS), offset % ENGINE_PORTS, size, value);
  }

  #writeEngine(n: number, at: number, size: AccessSize, value: number): void {
    const engine = this.#engines[n];
    if (engine === undefined) return;
    if (at === Engine.list && size === 4) engine.setList(value);
    else if (at === Engine.status && size > 1) engine.clearStatus(value);
    // A wider access has several registers.
    else if (size > 1)
      for (let byte = 0; byte < size; byte++) this.#writeEngineByte(engine, at + byte, value >>> (8 * byte));
    else this.#writeEngineByte(engine, at, value);
  }

  #writeEngineByte(engine: BufferEngine, at: number, value: number): void {
    if (at === Engine.lastValidIndex) engine.setLastValid(value & 0xff);
    else if (at === Engine.status) engine.clearStatus(value & 0xff);
    else if (at === Engine.control) engine.setControl(value & 0xff);
  }

  #writeGlobalControl(offset: number, value: number): void {
    if (offset !== Global.control) return;
    const isAwake = (value & GlobalControl.coldReset) !== 0;
    // A warm reset wakes a sleeping link, and is over at once.
    this.#state.globalControl = value & GlobalControl.kept & ~GlobalControl.warmReset;
    if (!isAwake) this.#resetAll();
  }

  get #globalStatus(): number {
    const interrupts = this.#engines.map(({ interrupts }, n) => (interrupts ? GlobalStatus.interrupts[n]! : 0));
    return interrupts.reduce<number>((status, bit) => status | bit, GlobalStatus.primaryReady);
  }

  #drive(): void {
    this.#options.irq.set(this.#engines.some(({ interrupts }) => interrupts));
  }
}
