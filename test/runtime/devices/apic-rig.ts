import { IoApic } from '../../../runtime/devices/io-apic/index.ts';
import { IO_APIC_BASE } from '../../../runtime/devices/io-apic/registers.ts';
import type { LocalApic } from '../../../runtime/devices/local-apic/index.ts';
import { DEFAULT_BASE } from '../../../runtime/devices/local-apic/registers.ts';
import { LocalApics } from '../../../runtime/devices/local-apic/set.ts';
import type { BusMemory } from '../../../runtime/memory/bus-memory.ts';
import type { MmioRegion } from '../../../runtime/memory/mmio.ts';
import { Rig } from './rig.ts';

/** Both APICs, with an 8259 that a test plays. */
export class ApicRig extends Rig {
  readonly regions: MmioRegion[] = [];
  readonly external = { pending: false, isOpen: true, acknowledge: () => 0x99, onPending: () => {} };
  /** The memory that guests share with KVM; it begins at 0. */
  readonly shared = new Uint8Array(0x1000);
  /** Whether writes to it are lost. */
  isReadOnly = false;
  readonly locals: LocalApics;
  /** That of the first processor. */
  readonly local: LocalApic;
  /** Signals to processors, in their order. */
  readonly signals: string[] = [];
  readonly io: IoApic;
  rises = 0;
  /** Processors whose controllers had something for them, in their order. */
  readonly risen: number[] = [];

  constructor(ids: readonly number[] = [0]) {
    super();
    const { clock, events, external, regions, shared } = this;
    const memory: BusMemory = {
      has: (address, length) => address + length <= shared.length,
      read: (address, target) => target.set(shared.subarray(address, address + target.length)),
      write: (address, bytes) => this.isReadOnly || shared.set(bytes, address),
    };
    const mmio = {
      add: (region: MmioRegion) => void regions.push(region),
      remove: (region: MmioRegion) => void regions.splice(regions.indexOf(region), 1),
    };
    const endOfInterrupt = (vector: number) => this.io.endOfInterrupt(vector);
    const signals = {
      nmi: (processor: number) => this.signals.push(`nmi ${processor}`),
      init: (processor: number) => this.signals.push(`init ${processor}`),
      startUp: (processor: number, vector: number) => this.signals.push(`start-up ${processor} at ${vector}`),
    };
    this.locals = new LocalApics(mmio, { ids, memory, clock, events, external, endOfInterrupt, signals });
    this.local = this.locals.all[0]!;
    this.io = new IoApic({ mmio, clock, events, send: (message) => this.locals.accept(message) });
    this.locals.onPending = (processor) => {
      this.risen.push(processor);
      this.rises++;
    };
  }

  get(offset: number): number {
    return this.#at(DEFAULT_BASE).read(offset, 4) >>> 0;
  }

  set(offset: number, value: number): void {
    this.#at(DEFAULT_BASE).write(offset, 4, value);
  }

  entry(input: number, low: number, high = 0): void {
    for (const [index, value] of [
      [0x11 + 2 * input, high],
      [0x10 + 2 * input, low],
    ] as const) {
      this.#at(IO_APIC_BASE).write(0, 4, index);
      this.#at(IO_APIC_BASE).write(0x10, 4, value);
    }
  }

  ioRegister(index: number): number {
    this.#at(IO_APIC_BASE).write(0, 4, index);
    return this.#at(IO_APIC_BASE).read(0x10, 4) >>> 0;
  }

  #at(base: number): MmioRegion {
    return this.regions.find((region) => region.base === base)!;
  }

  get nmis(): number {
    return this.signals.filter((signal) => signal.startsWith('nmi')).length;
  }

  enable(): this {
    this.set(0xf0, 0x1ff);
    return this;
  }

  self(vector: number): void {
    this.set(0x300, 0x40000 | vector);
  }
}
