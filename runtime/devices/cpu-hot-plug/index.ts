import { type AccessSize, allOnes, type PortBus } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import { BASE_PORT, BITMAP_PORTS, Command, Flag, LAST_COMMAND, PORT_COUNT, Register } from './registers.ts';
import { type CpuHotPlugState, cpuHotPlugState } from './state.ts';

export interface CpuHotPlugOptions {
  readonly ports: PortBus;
  /** IDs of the local APICs of all processors that there can be. */
  readonly localIds: readonly number[];
  /** Tells the system that there is something to look at: a general-purpose event. */
  readonly tell: () => void;
  readonly isPresent: (processor: number) => boolean;
  /** The system has let go of a processor. */
  readonly eject: (processor: number) => void;
  readonly reported: (report: ProcessorReport) => void;
}

/** A system's answer to what it was notified of: the event and the status of ACPI's _OST. */
export interface ProcessorReport {
  /** Its number. */
  readonly processor: number;
  /** The event that is answered: a notification (3: an ejection), or what the system does by itself (0x103). */
  readonly event: number;
  /** 0: it was done; others say why not, or how far it is (ACPI 6.5, 6.3.5). */
  readonly status: number;
}

/**
 * QEMU's chip for processors that come and go: by ACPI it notifies a system of them, and the system tells when it has let go of
 * one. As in QEMU no reset changes it: a system that was asked for a processor may be asked again.
 */
export class CpuHotPlug {
  readonly component: Component;
  readonly #state: CpuHotPlugState;
  readonly #options: CpuHotPlugOptions;

  constructor(options: CpuHotPlugOptions) {
    this.#options = options;
    const described = cpuHotPlugState(options.localIds.length);
    this.#state = described.create();
    this.component = described.bind('cpu hot-plug', this.#state);
    options.ports.register({
      name: 'acpi cpu hot-plug',
      first: BASE_PORT,
      count: BITMAP_PORTS,
      sizes: [1, 2, 4],
      read: (port, size) => this.#read(port - BASE_PORT, size),
      write: (port, _size, value) => this.#write(port - BASE_PORT, value),
    });
  }

  reset(): void {}

  /** A processor was plugged in. Systems that look at the bitmap see it there. */
  inserted(processor: number): void {
    if (!this.#state.isBitmap) this.#state.inserting[processor] = true;
    this.#options.tell();
  }

  /** Asks the guest's system to let go of a processor. */
  ask(processor: number): void {
    this.#state.removing[processor] = true;
    this.#options.tell();
  }

  /** A processor is there no longer. The system clears what it was told of it. */
  gone(processor: number): void {
    this.#state.firmwareEjects[processor] = false;
  }

  #read(offset: number, size: AccessSize): number {
    if (this.#state.isBitmap) return littleEndian(size, (byte) => this.#bitmap(offset + byte));
    if (offset >= PORT_COUNT) return allOnes(size);
    return (this.#register(offset) & allOnes(size)) >>> 0;
  }

  /** A bit for each ID of a local APIC. */
  #bitmap(offset: number): number {
    const { localIds, isPresent } = this.#options;
    return localIds.reduce(
      (bits, id, processor) => bits | (id >> 3 === offset && isPresent(processor) ? 1 << (id & 7) : 0),
      0,
    );
  }

  /** The selected processor; undefined: there can be none of its number. */
  get #selected(): number | undefined {
    const { selector } = this.#state;
    return selector < this.#options.localIds.length ? selector : undefined;
  }

  #register(offset: number): number {
    const processor = this.#selected;
    if (processor === undefined) return 0;
    if (offset === Register.flags) return this.#flags(processor);
    // The upper half of numbers is 0.
    if (offset !== Register.data) return 0;
    const { command } = this.#state;
    if (command === Command.nextEvent) return processor;
    return command === Command.localId ? this.#options.localIds[processor]! : 0;
  }

  #flags(processor: number): number {
    const { inserting, removing, firmwareEjects } = this.#state;
    return (
      (this.#options.isPresent(processor) ? Flag.present : 0) |
      (inserting[processor] ? Flag.inserting : 0) |
      (removing[processor] ? Flag.removing : 0) |
      (firmwareEjects[processor] ? Flag.firmwareEjects : 0)
    );
  }

  #write(offset: number, value: number): void {
    const state = this.#state;
    if (state.isBitmap) {
      // Nothing else would write there.
      if (offset === 0 && (value & 0xff) === 0) state.isBitmap = false;
      return;
    }
    if (offset === Register.selector) state.selector = value;
    const processor = this.#selected;
    if (processor === undefined) return;
    if (offset === Register.flags) this.#writeFlags(processor, value);
    else if (offset === Register.command) this.#writeCommand(processor, value);
    else if (offset === Register.data) this.#writeData(processor, value);
  }

  /** Writes the flags: the lowest of several bits counts. */
  #writeFlags(processor: number, value: number): void {
    const { inserting, removing, firmwareEjects } = this.#state;
    const mayGo = processor > 0 && this.#options.isPresent(processor);
    if ((value & Flag.inserting) !== 0) inserting[processor] = false;
    else if ((value & Flag.removing) !== 0) removing[processor] = false;
    else if ((value & Flag.eject) !== 0 && mayGo) this.#options.eject(processor);
    else if ((value & Flag.firmwareEjects) !== 0 && mayGo) firmwareEjects[processor] = true;
  }

  #writeCommand(processor: number, value: number): void {
    const state = this.#state;
    if (value > LAST_COMMAND) return;
    state.command = value;
    if (value !== Command.nextEvent) return;
    const count = this.#options.localIds.length;
    const { inserting, removing, firmwareEjects } = state;
    const all = Array.from({ length: count }, (_, distance) => (processor + distance) % count);
    state.selector = all.find((n) => inserting[n] || removing[n] || firmwareEjects[n]) ?? processor;
  }

  #writeData(processor: number, value: number): void {
    const { command, ostEvents, ostStatus } = this.#state;
    if (command === Command.ostEvent) ostEvents[processor] = value;
    else if (command === Command.ostStatus) {
      ostStatus[processor] = value;
      this.#options.reported({ processor, event: ostEvents[processor]!, status: value });
    }
  }
}

/** A number of so many bytes. */
function littleEndian(size: AccessSize, byteAt: (byte: number) => number): number {
  return Array.from({ length: size }, (_, byte) => byteAt(byte)).reduceRight((value, byte) => value * 256 + byte, 0);
}
