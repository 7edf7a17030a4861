import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Timer } from '../../time/events.ts';
import { functionMemory } from '../pci/bus-master.ts';
import type { MessageOptions, PciChipOptions, TimedChipOptions } from '../pci/chip-options.ts';
import { PciFunction } from '../pci/function.ts';
import { Msi } from '../pci/msi.ts';
import { registerRange } from '../pci/range.ts';
import {
  Buffer,
  Command,
  IDENTIFICATION,
  Interrupt,
  MEMORY_BYTES,
  MSI_AT,
  Pci,
  Register,
  Status,
} from './registers.ts';
import { eduState } from './state.ts';

export interface EduOptions extends PciChipOptions, TimedChipOptions, MessageOptions {
  /** Bits that addresses of its transfers may have. */
  readonly dmaMask: number;
}

/** Duration of what a driver has to wait for, in nanoseconds. The transfer's is QEMU's. */
const Duration = { factorial: 10_000, transfer: 100_000_000 } as const;
/** From here on a factorial is a multiple of 2^32. */
const LAST_FACTORIAL = 34;
const ALL_ONES = 0xffffffff;

/** QEMU's device to learn writing drivers with: registers, two ways to interrupt, and transfers to and from a buffer. */
export class Edu {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: EduOptions;
  readonly #state = eduState.create();
  readonly #memory: BusMemory;
  readonly #msi: Msi | null;
  readonly #computed: Timer;
  readonly #transferred: Timer;

  constructor(options: EduOptions) {
    const { memory, events } = options;
    this.#options = options;
    this.#memory = functionMemory(memory, () => this.pciFunction);
    this.#msi = this.#makeMsi();
    this.pciFunction = this.#makeFunction();
    this.#computed = events.timer('edu factorial', () => this.#finishFactorial());
    this.#transferred = events.timer('edu transfer', () => this.#finishTransfer());
    this.component = eduState.bind('edu', this.#state);
  }

  reset(): void {
    Object.assign(this.#state, eduState.create());
    this.#computed.disarm();
    this.#transferred.disarm();
    this.#drive();
  }

  #makeMsi(): Msi | null {
    const { sendMessage: send, guestError } = this.#options;
    return send === undefined
      ? null
      : new Msi({ name: 'edu', at: MSI_AT, guestError, send, pciFunction: () => this.pciFunction });
  }

  #makeFunction(): PciFunction {
    const registers = (base: number) => ({
      name: 'edu',
      base,
      length: MEMORY_BYTES,
      read: (offset: number, size: number) => (size === 4 ? this.#read(offset) : ALL_ONES),
      write: (offset: number, size: number, value: number) => this.#write(offset, size, value >>> 0),
    });
    return new PciFunction({
      name: 'edu function',
      device: this.#options.device,
      function: 0,
      ...Pci,
      interruptPin: 1,
      bars: [{ index: 0, space: 'memory', size: MEMORY_BYTES, range: registerRange(this.#options.mmio, registers) }],
      ...(this.#msi !== null && { firstCapability: MSI_AT, registers: this.#msi.registers }),
      // A load must not drive lines: their levels are loaded too.
      written: () => this.#drive(),
      messages: () => this.#msi?.messages() ?? [],
    });
  }

  #read(offset: number): number {
    const state = this.#state;
    switch (offset) {
      case Register.identification:
        return IDENTIFICATION;
      case Register.liveness:
        return state.liveness;
      case Register.factorial:
        return state.factorial;
      case Register.status:
        return state.status;
      case Register.interrupts:
        return state.interrupts;
      case Register.source:
        return state.source;
      case Register.destination:
        return state.destination;
      case Register.count:
        return state.count;
      case Register.command:
        return state.command;
      default:
        return ALL_ONES;
    }
  }

  #write(offset: number, size: number, value: number): void {
    if (size !== 4) this.#options.guestError('edu: a write that is not of 32 bits, at', offset);
    else if (offset >= Register.source) this.#writeTransfer(offset, value);
    else this.#writeRegister(offset, value);
  }

  #writeRegister(offset: number, value: number): void {
    const state = this.#state;
    switch (offset) {
      case Register.liveness:
        state.liveness = ~value >>> 0;
        break;
      case Register.factorial:
        this.#startFactorial(value);
        break;
      case Register.status:
        state.status = (state.status & Status.computing) | (value & Status.interrupts);
        break;
      case Register.raise:
        this.#interrupt(value);
        break;
      case Register.acknowledge:
        state.interrupts = (state.interrupts & ~value) >>> 0;
        this.#drive();
        break;
      default:
        this.#options.guestError('edu: a write of no register, at', offset);
    }
  }

  /** While a transfer is under way its registers are what they are. */
  #writeTransfer(offset: number, value: number): void {
    const state = this.#state;
    if ((state.command & Command.start) !== 0) return;
    if (offset === Register.source) state.source = value;
    else if (offset === Register.destination) state.destination = value;
    else if (offset === Register.count) state.count = value;
    else if (offset === Register.command) this.#startTransfer(value);
    else this.#options.guestError('edu: a write of no register, at', offset);
  }

  #startFactorial(value: number): void {
    const state = this.#state;
    if ((state.status & Status.computing) !== 0) return;
    state.factorial = value;
    state.status |= Status.computing;
    this.#computed.arm(this.#options.clock.now() + Duration.factorial);
  }

  #finishFactorial(): void {
    const state = this.#state;
    let result = 1;
    for (let n = Math.min(state.factorial, LAST_FACTORIAL); n > 0; n--) result = Math.imul(result, n);
    state.factorial = result >>> 0;
    state.status &= ~Status.computing;
    if ((state.status & Status.interrupts) !== 0) this.#interrupt(Interrupt.factorial);
  }

  #startTransfer(command: number): void {
    if ((command & Command.start) === 0) return;
    this.#state.command = command;
    this.#transferred.arm(this.#options.clock.now() + Duration.transfer);
  }

  #finishTransfer(): void {
    const state = this.#state;
    const { source, destination } = state;
    if ((state.command & Command.toMemory) !== 0) {
      const bytes = this.#inBuffer(source);
      if (bytes !== null) this.#memory.write(this.#reached(destination), bytes);
    } else {
      const bytes = this.#inBuffer(destination);
      if (bytes !== null) this.#memory.read(this.#reached(source), bytes);
    }
    state.command = (state.command & ~Command.start) >>> 0;
    if ((state.command & Command.interrupts) !== 0) this.#interrupt(Interrupt.transfer);
  }

  /** The bytes of the buffer that a transfer is about; null where it goes beyond. */
  #inBuffer(address: number): Uint8Array | null {
    const { count, buffer } = this.#state;
    const first = address - Buffer.start;
    if (first >= 0 && first + count <= Buffer.bytes) return buffer.subarray(first, first + count);
    this.#options.guestError('edu: a transfer beyond its buffer, at', address);
    return null;
  }

  /** The address without the bits that the device does not have. */
  #reached(address: number): number {
    const reached = (address & this.#options.dmaMask) >>> 0;
    if (reached !== address) this.#options.guestError('edu: a transfer beyond its address mask, at', address);
    return reached;
  }

  #interrupt(causes: number): void {
    this.#state.interrupts |= causes;
    this.#state.interrupts >>>= 0;
    if (this.#msi?.isEnabled && this.#state.interrupts !== 0) this.#msi.raise();
    this.#drive();
  }

  /** Messages take the place of the interrupt pin. */
  #drive(): void {
    this.#options.irq.set(this.#state.interrupts !== 0 && !this.#msi?.isEnabled);
  }
}
