import type { ReportGuestError } from '../../bus/guest-error.ts';
import { partOfWord } from '../../bus/word-part.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Timer } from '../../time/events.ts';
import type { UsbBus } from '../../usb/bus.ts';
import { functionMemory, isBusMaster } from '../pci/bus-master.ts';
import type { MessageOptions, PciChipOptions, TimedChipOptions } from '../pci/chip-options.ts';
import { PciFunction } from '../pci/function.ts';
import { msixState } from '../pci/msix.ts';
import { registerRange } from '../pci/range.ts';
import { CommandRing } from './command-ring.ts';
import { Contexts } from './contexts.ts';
import { Endpoints } from './endpoints.ts';
import { EventRing, type XhciEvent } from './interrupter.ts';
import { Interrupts } from './interrupts.ts';
import { OperationalRegisters } from './operational.ts';
import {
  Command,
  capabilityWords,
  FIRST_INTERRUPTER,
  INTERRUPTER_BYTES,
  INTERRUPTERS,
  MEMORY_BYTES,
  MICROFRAME,
  MICROFRAME_MASK,
  MICROFRAME_TIME,
  models,
  Part,
  PCI_CLASS,
  PORT_BYTES,
  PORTS,
  RELEASE,
  RELEASE_REGISTER,
  SLOTS,
  Status,
  type XhciModel,
} from './registers.ts';
import { RootHub } from './root-hub.ts';
import { interrupterState, xhciState } from './state.ts';
import type { TargetedEvent } from './transfer-events.ts';
import { Code, TrbType } from './trb.ts';

export interface XhciOptions extends PciChipOptions, TimedChipOptions, MessageOptions {
  readonly model: XhciModel;
  /** Name of its bus. */
  readonly bus: string;
}

const ALL_ONES = 0xffffffff;
const PORT_NUMBER_SHIFT = 24;

/** A USB host controller of xHCI. A transfer moves as soon as the guest asks for it, or the device has something. */
export class Xhci {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly usbBus: UsbBus;
  readonly #options: XhciOptions;
  readonly #state = xhciState.create();
  readonly #interrupts: Interrupts;
  readonly #interrupters: readonly EventRing[];
  readonly #hub: RootHub;
  readonly #endpoints: Endpoints;
  readonly #commands: CommandRing;
  readonly #operational: OperationalRegisters;
  readonly #later: Timer;

  constructor(options: XhciOptions) {
    this.#options = options;
    const { guestError, events, model, clock } = options;
    const state = this.#state;
    const memory = functionMemory(options.memory, () => this.pciFunction);
    const description = msixState(INTERRUPTERS);
    const messages = description.create();
    const { hasMsi } = models[model];
    this.#interrupts = new Interrupts({ ...options, state, messages, hasMsi, pciFunction: () => this.pciFunction });
    this.#interrupters = this.#makeInterrupters(memory);
    this.#hub = new RootHub({
      ports: state.ports,
      bus: options.bus,
      changed: (port) => this.#portChanged(port),
      onReady: (connector) => this.#endpoints.kick(connector),
    });
    this.usbBus = this.#hub.bus;
    const contexts = new Contexts(memory, state);
    const shared = {
      ...{ state, memory, contexts, hub: this.#hub },
      isRunning: () => this.#isRunning,
      lost: (address: number) =>
        this.#fail('xhci: it stops: a ring is where no memory is, at', address, Status.systemError),
      later: () => this.#later.arm(clock.now() + MICROFRAME_TIME),
    };
    this.#endpoints = new Endpoints({ ...shared, tell: (told) => this.#tellAll(told) });
    const endpoints = this.#endpoints;
    this.#commands = new CommandRing({ ...shared, endpoints, model, tell: (event) => this.#tell(event) });
    this.#operational = new OperationalRegisters({
      state,
      commands: this.#commands,
      reset: () => this.#restart(),
      started: () => this.#started(),
    });
    this.#later = events.timer('xhci', () => this.#goOn());
    this.pciFunction = this.#makeFunction(guestError);
    const own = xhciState.bind('registers', state);
    this.component = joinComponents('xhci', [description.bind('messages', messages), own]);
    this.reset();
  }

  #makeInterrupters(memory: BusMemory): EventRing[] {
    return this.#state.interrupters.map(
      (state, n) =>
        new EventRing({
          state,
          memory,
          tableMask: models[this.#options.model].tableMask,
          raise: () => this.#interrupts.raise(n),
          fail: (what, value) => this.#fail(what, value, Status.controllerError),
        }),
    );
  }

  #makeFunction(guestError: ReportGuestError): PciFunction {
    const { model, device, mmio } = this.#options;
    const { vendorId, deviceId, revision } = models[model];
    const registers = (base: number) => ({
      name: 'xhci',
      base,
      length: MEMORY_BYTES,
      read: (offset: number, size: number) => this.#read(offset, size),
      write: (offset: number, size: number, value: number) => {
        if (offset >= Part.messages) this.#interrupts.msix?.write(offset, size, value);
        else if (size === 4 && offset % 4 === 0) this.#write(offset, value >>> 0);
        else guestError('xhci: a write that is not of 32 bits, at', offset);
      },
    });
    const { firstCapability, registers: capabilities } = this.#interrupts.capabilities;
    return new PciFunction({
      ...{ name: 'xhci function', device, function: 0, vendorId, deviceId, revision },
      classCode: PCI_CLASS,
      interruptPin: 1,
      bars: [{ index: 0, space: 'memory', wide: true, size: MEMORY_BYTES, range: registerRange(mmio, registers) }],
      ...(firstCapability !== undefined && { firstCapability }),
      registers: [{ offset: RELEASE_REGISTER, size: 1, value: RELEASE }, ...capabilities],
      // A load must not drive lines: their levels are loaded too.
      written: () => this.#configured(),
      messages: () => this.#interrupts.messages(),
    });
  }

  /** The configuration space was written: it may have become a bus master, or send messages now. */
  #configured(): void {
    this.#interrupts.msix?.changed();
    this.#interrupts.drive();
    if (this.#isRunning) this.#goOn();
  }

  reset(): void {
    this.#restart();
    this.#interrupts.reset();
  }

  /** Power on, or a reset by the driver (4.23.1). */
  #restart(): void {
    const { ports, interrupters } = this.#state;
    Object.assign(this.#state, xhciState.create(), { ports, interrupters });
    for (const interrupter of interrupters) Object.assign(interrupter, interrupterState.create());
    this.#hub.reset();
    this.#later.disarm();
    this.#interrupts.drive();
  }

  get #isRunning(): boolean {
    const { command, status } = this.#state;
    const isWell = (status & (Status.systemError | Status.controllerError)) === 0;
    return (command & Command.run) !== 0 && isWell && isBusMaster(this.pciFunction);
  }

  /** The guest has made it run. Of what the ports have noted before it hears nothing, as with QEMU. */
  #started(): void {
    this.#state.started = this.#options.clock.now();
    this.#goOn();
  }

  #goOn(): void {
    this.#commands.run();
    this.#endpoints.kick();
  }

  #fail(what: string, value: number, why: number): void {
    this.#options.guestError(what, value);
    this.#state.status |= why | Status.halted;
    this.#state.command &= ~Command.run;
    this.#commands.halt();
  }

  #portChanged(port: number): void {
    this.#state.status |= Status.portChange;
    if (!this.#isRunning) return;
    const low = ((port + 1) << PORT_NUMBER_SHIFT) >>> 0;
    this.#tell({ type: TrbType.portEvent, parameter: [low, 0], code: Code.success });
  }

  #tell(event: XhciEvent): void {
    this.#interrupters[0]!.put(event);
  }

  /** Puts events into the rings of their interrupters; those for an interrupter that is not there are lost. */
  #tellAll(told: readonly TargetedEvent[]): void {
    for (const { event, interrupter } of told) this.#interrupters[interrupter]?.put(event);
  }

  #read(offset: number, size: number): number {
    if (offset >= Part.messages) return this.#interrupts.msix?.read(offset, size) ?? ALL_ONES;
    return partOfWord(this.#readWord(offset & ~3), offset, size);
  }

  #readWord(offset: number): number {
    if (offset < Part.operational) return (capabilityWords[offset / 4] ?? 0) >>> 0;
    if (offset < Part.ports) return this.#operational.read(offset - Part.operational);
    if (offset < Part.runtime) {
      const port = (offset - Part.ports) / PORT_BYTES;
      return port < PORTS && Number.isInteger(port) ? this.#hub.read(port) : 0;
    }
    if (offset >= Part.doorbells) return 0;
    const at = offset - Part.runtime;
    if (at === MICROFRAME) return this.#microframe;
    const [number, register] = interrupterAt(at);
    return this.#interrupters[number]?.read(register) ?? 0;
  }

  get #microframe(): number {
    if ((this.#state.command & Command.run) === 0) return 0;
    return Math.floor((this.#options.clock.now() - this.#state.started) / MICROFRAME_TIME) & MICROFRAME_MASK;
  }

  #write(offset: number, value: number): void {
    if (offset >= Part.doorbells) this.#ring((offset - Part.doorbells) / 4, value);
    else if (offset >= Part.runtime) this.#writeRuntime(offset - Part.runtime, value);
    else if (offset >= Part.ports) {
      const port = (offset - Part.ports) / PORT_BYTES;
      if (port < PORTS && Number.isInteger(port)) this.#hub.write(port, value);
    } else if (offset >= Part.operational) this.#operational.write(offset - Part.operational, value);
    this.#interrupts.drive();
  }

  #writeRuntime(offset: number, value: number): void {
    const [number, register] = interrupterAt(offset);
    this.#interrupters[number]?.write(register, value);
  }

  /** Doorbell 0 is the command ring's, others are slots', for one of their endpoints (5.6). */
  #ring(slot: number, value: number): void {
    if (!this.#isRunning) return;
    const target = value & 0xff;
    if (slot === 0 && target === 0) this.#commands.start();
    else if (slot > SLOTS || value >>> 16 !== 0 || !this.#endpoints.ring(slot, target))
      this.#options.guestError('xhci: a doorbell of no ring, slot', slot);
  }
}

/** The number of an interrupter, negative for none, and the offset of its register. */
function interrupterAt(offset: number): [number: number, register: number] {
  const at = offset - FIRST_INTERRUPTER;
  return [Math.floor(at / INTERRUPTER_BYTES), at % INTERRUPTER_BYTES];
}
