import { partOfWord } from '../../bus/word-part.ts';
import type { BlockPort } from '../../host/block.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { functionMemory, isBusMaster } from '../pci/bus-master.ts';
import type { MessageOptions, PciChipOptions } from '../pci/chip-options.ts';
import { PciFunction } from '../pci/function.ts';
import { Msix, msixState } from '../pci/msix.ts';
import { registerRange } from '../pci/range.ts';
import { type AdminSide, administrate } from './admin.ts';
import { Refusal } from './command.ts';
import { Events, Happened } from './events.ts';
import type { Namespace } from './identify.ts';
import { beginIo, type IoSide } from './io.ts';
import { AFTER_MESSAGES, capabilityRegisters, firstCapability, Pci } from './pci.ts';
import { Queues, type Taken } from './queues.ts';
import { Registers } from './register-file.ts';
import { Code, DOORBELLS, MEMORY_BYTES, Msix as MsixPlace } from './registers.ts';
import { controllerState, eventsState, featuresState, logsState, queuesState } from './state.ts';

export interface NvmeOptions extends PciChipOptions, MessageOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly port: BlockPort;
  /** Up to 20 characters of ASCII. Default: its name. */
  readonly serial?: string;
}

/** An NVM Express controller on PCI with one namespace, as QEMU's (NVM Express Base Specification 1.4). */
export class Nvme {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: NvmeOptions;
  readonly #controller = controllerState.create();
  readonly #features = featuresState.create();
  readonly #logs = logsState.create();
  readonly #msix: Msix | null;
  readonly #queues: Queues;
  readonly #events: Events;
  readonly #registers: Registers;
  readonly #adminSide: AdminSide;
  readonly #ioSide: IoSide;

  constructor(options: NvmeOptions) {
    this.#options = options;
    const { name, port } = options;
    const messages = msixState(MsixPlace.vectors);
    const messagesState = messages.create();
    this.#msix = this.#makeMsix(messagesState);
    const queues = queuesState.create();
    const memory = functionMemory(options.memory, () => this.pciFunction);
    this.#queues = this.#makeQueues(memory, queues);
    const events = eventsState.create();
    this.#events = new Events(events, (id, result) => this.#endEvent(id, result));
    this.#registers = this.#makeRegisters();
    this.#adminSide = this.#makeAdminSide(memory);
    this.#ioSide = this.#makeIoSide(memory);
    this.pciFunction = this.#makeFunction();
    port.onMediumChanged = () => this.#resized();
    this.component = joinComponents(name, [
      messages.bind('msix', messagesState),
      controllerState.bind('controller', this.#controller),
      featuresState.bind('features', this.#features),
      eventsState.bind('events', events),
      logsState.bind('logs', this.#logs),
      queuesState.bind('queues', queues, { restored: () => this.#restart() }),
    ]);
  }

  /** Power on, or a hard reset. */
  reset(): void {
    this.#msix?.reset();
    Object.assign(this.#controller, controllerState.create());
    Object.assign(this.#logs, logsState.create());
    this.#clear();
  }

  /** Clears the state that a reset of the controller clears, too (7.3.2). */
  #clear(): void {
    this.#options.port.cancel();
    this.#queues.reset();
    this.#events.reset();
    Object.assign(this.#features, featuresState.create());
    this.#drive();
  }

  /** The host knows nothing of requests that a loaded state has under way. They have changed nothing that matters: from the start. */
  #restart(): void {
    this.#options.port.cancel();
    this.#queues.restart();
    this.#registers.restart();
  }

  get #namespace(): Namespace {
    return this.#options.port.medium ?? { sectors: 0, isReadOnly: true };
  }

  #makeMsix(state: ReturnType<ReturnType<typeof msixState>['create']>): Msix | null {
    const { sendMessage: send, name, guestError } = this.#options;
    if (send === undefined) return null;
    const { at, tableAt, pendingAt } = MsixPlace;
    const place = { at, tableAt, pendingAt, next: AFTER_MESSAGES, bar: 0 };
    return new Msix({ ...place, name, state, guestError, send, pciFunction: () => this.pciFunction });
  }

  #makeQueues(memory: BusMemory, state: ReturnType<typeof queuesState.create>): Queues {
    return new Queues(state, {
      memory,
      isRunning: () => this.#registers.isRunning && isBusMaster(this.pciFunction),
      execute: (taken) => this.#execute(taken),
      interrupt: (vector) => {
        if (this.#msix?.isEnabled) this.#msix.raise(vector);
      },
      changed: () => this.#drive(),
      fail: (what, value) => this.#fail(what, value),
    });
  }

  #makeRegisters(): Registers {
    return new Registers(this.#controller, {
      queues: this.#queues,
      flush: (done) => this.#options.port.flush(done),
      reset: () => this.#clear(),
      masked: () => this.#drive(),
      fail: (what, value) => this.#fail(what, value),
    });
  }

  #makeAdminSide(memory: BusMemory): AdminSide {
    const namespace = () => this.#namespace;
    const pageBytes = () => this.#registers.pageBytes;
    const vectors = () => (this.#msix?.isEnabled ? MsixPlace.vectors : 1);
    return {
      ...{ memory, queues: this.#queues, events: this.#events, features: this.#features, logs: this.#logs },
      serial: this.#options.serial ?? this.#options.name,
      get namespace() {
        return namespace();
      },
      get pageBytes() {
        return pageBytes();
      },
      get vectors() {
        return vectors();
      },
    };
  }

  #makeIoSide(memory: BusMemory): IoSide {
    const namespace = () => this.#namespace;
    const pageBytes = () => this.#registers.pageBytes;
    const hasWriteCache = () => this.#features.hasWriteCache;
    return {
      ...{ memory, port: this.#options.port, logs: this.#logs },
      get namespace() {
        return namespace();
      },
      get pageBytes() {
        return pageBytes();
      },
      get hasWriteCache() {
        return hasWriteCache();
      },
      end: (taken, status) => {
        this.#queues.end(taken, status);
        this.#queues.advance();
      },
    };
  }

  #makeFunction(): PciFunction {
    const { name, device, mmio } = this.#options;
    const memory = (base: number) => ({
      name,
      base,
      length: MEMORY_BYTES,
      read: (offset: number, size: number) => this.#read(offset, size),
      write: (offset: number, size: number, value: number) => this.#write(offset, size, value >>> 0),
    });
    return new PciFunction({
      name: `${name} pci`,
      device,
      function: 0,
      ...Pci,
      interruptPin: 1,
      bars: [{ index: 0, space: 'memory', wide: true, size: MEMORY_BYTES, range: registerRange(mmio, memory) }],
      firstCapability: firstCapability(this.#msix !== null),
      registers: [...capabilityRegisters, ...(this.#msix?.registers ?? [])],
      changed: () => this.#msix?.changed(),
      // A load must not drive lines: their levels are loaded too.
      written: () => {
        this.#drive();
        this.#queues.advance();
      },
      messages: () => this.#msix?.messages() ?? [],
    });
  }

  #read(offset: number, size: number): number {
    if (offset >= MsixPlace.tableAt) return this.#msix?.read(offset, size) ?? 0;
    return offset < DOORBELLS ? partOfWord(this.#registers.read(offset & ~3), offset, size) : 0;
  }

  #write(offset: number, size: number, value: number): void {
    const { name, guestError } = this.#options;
    if (offset >= MsixPlace.tableAt) this.#msix?.write(offset, size, value);
    else if (size !== 4 || offset % 4 !== 0) guestError(`${name}: a write that is not of a whole register, at`, offset);
    else if (offset >= DOORBELLS) this.#ring((offset - DOORBELLS) / 4, value);
    else if (!this.#registers.write(offset, value)) guestError(`${name}: a write of no register, at`, offset);
  }

  /** Doorbells are tails and heads alternately (3.1.24). */
  #ring(number: number, value: number): void {
    if (!this.#registers.isRunning) return;
    const [queues, place] = [this.#queues, number >> 1];
    const [tail, head] =
      number % 2 === 0 ? [queues.submission(place), undefined] : [undefined, queues.completion(place)];
    const { name, guestError } = this.#options;
    if (tail === undefined && head === undefined) {
      guestError(`${name}: a doorbell of no queue, number`, number);
      this.#events.tellIfAwaited(Happened.noSuchDoorbell);
    } else if (!(tail === undefined ? queues.setHead(head!, value & 0xffff) : queues.setTail(tail, value & 0xffff))) {
      guestError(`${name}: a doorbell is rung with a place that its queue has not,`, value);
      this.#events.tellIfAwaited(Happened.wrongDoorbell);
    } else if (number === 1) this.#events.advance();
  }

  #execute(taken: Taken): void {
    try {
      if (taken.command.isFused) throw new Refusal(Code.invalidField, false);
      if (taken.queue > 0) beginIo(taken, this.#ioSide);
      else this.#administrate(taken);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#queues.end(taken, error.status);
    }
  }

  #administrate(taken: Taken): void {
    const result = administrate(taken.command, this.#adminSide);
    if (result !== null) this.#queues.end(taken, Code.success, result);
    else {
      this.#queues.end(taken, null);
      this.#events.advance();
    }
  }

  #endEvent(id: number, result: number): boolean {
    if (!this.#registers.isRunning || !this.#queues.hasRoom(0)) return false;
    this.#queues.complete(0, id, Code.success, result);
    return true;
  }

  /** The namespace has another size. */
  #resized(): void {
    this.#logs.namespaceChanged = true;
    if ((this.#features.events & NAMESPACE_EVENTS) !== 0) this.#events.tell(Happened.namespaceChanged);
  }

  /** The driver has asked for what cannot be: nothing is done for it any more before a reset (CSTS.CFS, 9.5). */
  #fail(what: string, value: number): void {
    this.#options.guestError(`${this.#options.name} stops: ${what}`, value);
    this.#registers.fail();
    this.#options.port.cancel();
    this.#queues.forget();
    this.#registers.restart();
  }

  /** Messages take the place of the interrupt pin. */
  #drive(): void {
    const isMessaging = this.#msix?.isEnabled ?? false;
    this.#options.irq.set(!isMessaging && (this.#queues.interrupting & ~this.#controller.interruptMask) !== 0);
  }
}

/** Bit of the event configuration feature: changes of namespaces are reported. */
const NAMESPACE_EVENTS = 1 << 8;
