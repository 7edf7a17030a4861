import { partOfWord } from '../../bus/word-part.ts';
import type { MmioRegion } from '../../memory/mmio.ts';
import { type ScsiDrive, ScsiTarget } from '../../scsi/target.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { functionMemory, isBusMaster } from '../pci/bus-master.ts';
import type { MessageOptions, PciChipOptions } from '../pci/chip-options.ts';
import { PciFunction } from '../pci/function.ts';
import { Msi } from '../pci/msi.ts';
import { registerRange } from '../pci/range.ts';
import { Header } from '../pci/registers.ts';
import { Command, dataWords, Id, Interrupt, LATENCY, MEMORY_BYTES, MSI_AT, Register, Status } from './registers.ts';
import { Requests } from './requests.ts';
import { Rings } from './rings.ts';
import { adapterState, requestsState, ringsState } from './state.ts';

export interface PvscsiOptions extends PciChipOptions, MessageOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly drives: readonly ScsiDrive[];
}

/** VMware's paravirtual SCSI controller, as QEMU's: rings of requests and completions in memory. */
export class Pvscsi {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: PvscsiOptions;
  readonly #state = adapterState.create();
  readonly #targets: readonly ScsiTarget[];
  readonly #msi: Msi | null;
  readonly #rings: Rings;
  readonly #requests: Requests;

  constructor(options: PvscsiOptions) {
    this.#options = options;
    const memory = functionMemory(options.memory, () => this.pciFunction);
    this.#targets = options.drives.map((drive) => new ScsiTarget(drive));
    this.#msi = this.#makeMsi();
    const rings = ringsState.create();
    this.#rings = new Rings(rings, memory);
    const requests = requestsState.create();
    this.#requests = new Requests({
      ...{ state: requests, rings: this.#rings, memory, targets: this.#targets, guestError: options.guestError },
      isRunning: () => isBusMaster(this.pciFunction),
      completed: () => this.#interrupt(Interrupt.completion),
    });
    this.pciFunction = this.#makeFunction();
    // Targets before the requests that go on with them.
    this.component = joinComponents(options.name, [
      adapterState.bind('adapter', this.#state),
      ringsState.bind('rings', rings),
      ...this.#targets.map(({ component }) => component),
      requestsState.bind('requests', requests, { restored: () => this.#requests.restart() }),
    ]);
  }

  #makeMsi(): Msi | null {
    const { sendMessage: send, name, guestError } = this.#options;
    return send === undefined
      ? null
      : new Msi({ name, at: MSI_AT, guestError, send, pciFunction: () => this.pciFunction });
  }

  #makeFunction(): PciFunction {
    const { name, device, mmio } = this.#options;
    const range = registerRange(mmio, (base) => this.#registers(base));
    return new PciFunction({
      name: `${name} pci`,
      device,
      function: 0,
      ...Id,
      interruptPin: 1,
      bars: [{ index: 0, space: 'memory', size: MEMORY_BYTES, range }],
      ...(this.#msi !== null && { firstCapability: MSI_AT }),
      registers: [
        ...(this.#msi?.registers ?? []),
        { offset: Header.latencyTimer, size: 1, value: LATENCY, writable: 0xff },
      ],
      // A load must not drive lines: their levels are loaded too.
      written: () => {
        this.#drive();
        this.#requests.take();
      },
      messages: () => this.#msi?.messages() ?? [],
    });
  }

  /** Power on, or a hard reset. */
  reset(): void {
    for (const target of this.#targets) target.reset();
    this.#requests.forget();
    this.#rings.reset();
    Object.assign(this.#state, adapterState.create());
    this.#drive();
  }

  #registers(base: number): MmioRegion {
    return {
      name: this.#options.name,
      base,
      length: MEMORY_BYTES,
      read: (offset, size) => partOfWord(this.#read(offset & ~3), offset, size),
      write: (offset, _size, value) => {
        if ((offset & 3) === 0) this.#write(offset, value >>> 0);
        else this.#options.guestError('pvscsi: a write that is not of a whole register, at', offset);
      },
    };
  }

  #read(offset: number): number {
    switch (offset) {
      case Register.commandStatus:
        return this.#state.status;
      case Register.interruptStatus:
        for (const target of this.#targets) target.polled();
        return this.#state.interruptStatus;
      case Register.interruptMask:
        return this.#state.interruptMask;
      default:
        return 0;
    }
  }

  #write(offset: number, value: number): void {
    const state = this.#state;
    switch (offset) {
      case Register.command:
        this.#begin(value);
        break;
      case Register.commandData:
        this.#takeData(value);
        break;
      case Register.interruptStatus:
        state.interruptStatus &= ~value;
        this.#drive();
        break;
      case Register.interruptMask:
        state.interruptMask = value & Interrupt.all;
        this.#drive();
        break;
      case Register.kickOther:
      case Register.kickTransfer:
        this.#requests.take();
        break;
    }
  }

  #begin(command: number): void {
    const isKnown = (Object.values(Command) as number[]).includes(command);
    if (!isKnown) this.#options.guestError('pvscsi: unknown command', command);
    Object.assign(this.#state, { command: isKnown ? command : Command.none, count: 0, status: Status.incomplete });
    this.#runWhenComplete();
  }

  #takeData(value: number): void {
    const state = this.#state;
    if (state.command === Command.none) return;
    state.data[state.count++] = value;
    this.#runWhenComplete();
  }

  #runWhenComplete(): void {
    const state = this.#state;
    const { command } = state;
    if (state.count < (dataWords[command] ?? 0)) return;
    const data = new DataView(Uint32Array.from(state.data).buffer);
    // A reset of the adapter clears all of its state, so that the status comes after that.
    const isDone = this.#run(command, data);
    Object.assign(state, { command: Command.none, count: 0, status: isDone ? Status.succeeded : Status.failed });
  }

  /** Executes a command. False: it has failed. */
  #run(command: number, data: DataView): boolean {
    switch (command) {
      case Command.adapterReset:
        this.#resetBus();
        this.#requests.forget();
        this.#rings.reset();
        this.#state.interruptStatus = 0;
        this.#drive();
        return true;
      case Command.setupRings:
        this.#requests.forget();
        return this.#rings.setUp(data);
      case Command.setupMessageRing:
        return this.#rings.setUpMessages(data);
      case Command.resetBus:
        this.#resetBus();
        return true;
      case Command.resetDevice:
        return this.#resetTarget(data.getUint32(0, true));
      case Command.abortCommand:
        this.#requests.abort(data.getUint32(0, true), data.getUint32(4, true));
        return true;
      default:
        return false;
    }
  }

  #resetBus(): void {
    for (const target of this.#targets) this.#requests.reset(target);
  }

  #resetTarget(id: number): boolean {
    const target = this.#targets.find((one) => one.id === id);
    if (target !== undefined) this.#requests.reset(target);
    return target !== undefined;
  }

  #interrupt(kind: number): void {
    this.#state.interruptStatus |= kind;
    this.#drive();
  }

  /** Messages take the place of the interrupt pin. */
  #drive(): void {
    const asks = (this.#state.interruptStatus & this.#state.interruptMask) !== 0;
    const byMessage = this.#msi?.isEnabled === true;
    if (asks && byMessage) this.#msi!.raise();
    this.#options.irq.set(asks && !byMessage);
  }
}
