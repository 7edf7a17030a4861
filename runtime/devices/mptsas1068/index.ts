import type { PortBus, PortRegion } from '../../bus/ports.ts';
import { partOfWord } from '../../bus/word-part.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { longOf } from '../../memory/long.ts';
import type { MmioRegion } from '../../memory/mmio.ts';
import { type ScsiDrive, ScsiTarget } from '../../scsi/target.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { functionMemory, isBusMaster } from '../pci/bus-master.ts';
import type { MessageOptions, PciChipOptions } from '../pci/chip-options.ts';
import { type BaseAddress, PciFunction } from '../pci/function.ts';
import { Msi } from '../pci/msi.ts';
import { portRange, registerRange } from '../pci/range.ts';
import { configure } from './config.ts';
import { Doorbell } from './doorbell.ts';
import { WordQueue } from './queue.ts';
import {
  DIAGNOSTIC_BYTES,
  Diagnostic,
  Id,
  Interrupt,
  IocState,
  IocStatus,
  MEMORY_BYTES,
  MessageFunction,
  MSI_AT,
  PORT_COUNT,
  Register,
  Reply,
  Request,
  SEQUENCE_KEY_MASK,
  sequenceKeys,
  WHO_MASK,
  WHO_SHIFT,
} from './registers.ts';
import { Replies, replyTo } from './replies.ts';
import { Requests } from './requests.ts';
import { controllerState, type DoorbellState, doorbellState, queuesState, requestsState } from './state.ts';
import { manageTasks } from './task-management.ts';
import { controllerFacts, enablePort, initialise, notifyOfEvents, portFacts } from './unit-messages.ts';

export interface Mptsas1068Options extends PciChipOptions, MessageOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly ports: PortBus;
  readonly drives: readonly ScsiDrive[];
}

/** LSI's SAS1068, as QEMU's mptsas1068: a SCSI controller with Fusion-MPT firmware, which drivers speak to by messages. */
export class Mptsas1068 {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: Mptsas1068Options;
  readonly #memory: BusMemory;
  readonly #state = controllerState.create();
  readonly #targets: readonly ScsiTarget[];
  readonly #msi: Msi | null;
  readonly #doorbell: Doorbell;
  readonly #queue: WordQueue;
  readonly #replies: Replies;
  readonly #requests: Requests;
  /** Derived, as it lasts no longer than a call: requests are being taken. */
  #isTaking = false;

  constructor(options: Mptsas1068Options) {
    this.#options = options;
    const memory = functionMemory(options.memory, () => this.pciFunction);
    this.#memory = memory;
    this.#targets = options.drives.map((drive) => new ScsiTarget(drive));
    this.#msi = this.#makeMsi();
    const doorbell = doorbellState.create();
    this.#doorbell = this.#makeDoorbell(doorbell);
    const queues = queuesState.create();
    this.#queue = new WordQueue(queues.requests);
    this.#replies = new Replies({
      ...{ controller: this.#state, queues, memory },
      fault: (code) => this.#fault(code),
      setInterrupt: (isSet) => this.#setInterrupt(Interrupt.reply, isSet),
    });
    const requests = requestsState.create();
    this.#requests = new Requests({
      ...{ state: requests, controller: this.#state, replies: this.#replies, memory, targets: this.#targets },
      guestError: options.guestError,
      hasEnded: () => this.#take(),
    });
    this.pciFunction = this.#makeFunction();
    // Targets before the requests that go on with them.
    this.component = joinComponents(options.name, [
      controllerState.bind('controller', this.#state),
      doorbellState.bind('doorbell', doorbell),
      queuesState.bind('queues', queues),
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

  #makeDoorbell(state: DoorbellState): Doorbell {
    return new Doorbell({
      state,
      reset: () => this.#resetMessageUnit(),
      execute: (message) => this.#executeOfDoorbell(message),
      setInterrupt: (isSet) => this.#setInterrupt(Interrupt.doorbell, isSet),
    });
  }

  #makeFunction(): PciFunction {
    const { name, device } = this.#options;
    return new PciFunction({
      name: `${name} pci`,
      device,
      function: 0,
      ...Id,
      interruptPin: 1,
      bars: this.#bars(),
      ...(this.#msi !== null && { firstCapability: MSI_AT }),
      registers: this.#msi?.registers ?? [],
      // A load must not drive lines: their levels are loaded too.
      written: () => {
        this.#drive();
        this.#take();
      },
      messages: () => this.#msi?.messages() ?? [],
    });
  }

  #bars(): BaseAddress[] {
    const { mmio, ports } = this.#options;
    const registers = registerRange(mmio, (base) => this.#registerRegion(base));
    const diagnostic = registerRange(mmio, (base) => this.#diagnosticRegion(base));
    return [
      { index: 0, space: 'io', size: PORT_COUNT, range: portRange(ports, (base) => [this.#portRegion(base)]) },
      { index: 1, space: 'memory', size: MEMORY_BYTES, range: registers },
      { index: 2, space: 'memory', size: DIAGNOSTIC_BYTES, range: diagnostic },
    ];
  }

  #portRegion(base: number): PortRegion {
    return {
      name: this.#options.name,
      first: base,
      count: PORT_COUNT,
      sizes: [1, 2, 4],
      read: (port, size) => this.#readPart(port - base, size),
      write: (port, _size, value) => this.#write(port - base, value),
    };
  }

  #registerRegion(base: number): MmioRegion {
    return {
      name: this.#options.name,
      base,
      length: MEMORY_BYTES,
      read: (offset, size) => this.#readPart(offset, size),
      write: (offset, _size, value) => this.#write(offset, value >>> 0),
    };
  }

  /** Memory of the chip for diagnosis. There is none. */
  #diagnosticRegion(base: number): MmioRegion {
    const name = `${this.#options.name} diagnostic`;
    return { name, base, length: DIAGNOSTIC_BYTES, read: () => 0, write: () => {} };
  }

  /** Power on, or a hard reset. */
  reset(): void {
    this.#resetMessageUnit();
    Object.assign(this.#state, controllerState.create());
    this.#drive();
  }

  /** The driver's reset, which leaves what IOC Init has told. */
  #resetMessageUnit(): void {
    this.#requests.forget();
    this.#queue.clear();
    this.#replies.clear();
    this.#doorbell.reset();
    Object.assign(this.#state, { state: IocState.ready, faultCode: 0, interruptStatus: 0 });
    this.#drive();
  }

  #resetByDiagnosis(): void {
    const { keys, isDiagnosticEnabled, who } = this.#state;
    this.reset();
    Object.assign(this.#state, { keys, isDiagnosticEnabled, who });
  }

  #readPart(offset: number, size: number): number {
    return partOfWord(this.#read(offset & ~3), offset, size);
  }

  #read(offset: number): number {
    const state = this.#state;
    switch (offset) {
      case Register.doorbell: {
        const who = (state.who & WHO_MASK) << WHO_SHIFT;
        return this.#doorbell.read((state.state | who | state.faultCode) >>> 0);
      }
      case Register.diagnostic:
        return state.isDiagnosticEnabled ? Diagnostic.writeEnabled : 0;
      case Register.interruptStatus:
        for (const target of this.#targets) target.polled();
        return state.interruptStatus;
      case Register.interruptMask:
        return state.interruptMask;
      case Register.replyQueue:
        return this.#replies.take();
      default:
        return 0;
    }
  }

  #write(offset: number, value: number): void {
    const state = this.#state;
    switch (offset) {
      case Register.doorbell:
        this.#doorbell.write(value);
        break;
      case Register.writeSequence:
        this.#writeSequence(value & SEQUENCE_KEY_MASK);
        break;
      case Register.diagnostic:
        if ((value & Diagnostic.resetAdapter) !== 0) this.#resetByDiagnosis();
        break;
      case Register.interruptStatus:
        this.#doorbell.acknowledge();
        break;
      case Register.interruptMask:
        state.interruptMask = value & Interrupt.all;
        this.#drive();
        break;
      case Register.requestQueue:
        this.#request((value & ~3) >>> 0);
        break;
      case Register.replyQueue:
        this.#replies.provide(value);
        break;
    }
  }

  /** Any key after the last one disables the register again, as a wrong one does. */
  #writeSequence(key: number): void {
    const state = this.#state;
    const isRight = key === sequenceKeys[state.keys];
    state.keys = isRight ? state.keys + 1 : 0;
    state.isDiagnosticEnabled = state.keys === sequenceKeys.length;
  }

  #request(address: number): void {
    if (this.#queue.isFull) this.#fault(IocStatus.insufficientResources);
    else this.#queue.put(address);
    this.#take();
  }

  /** Takes requests, as long as there are some, and places for them. */
  #take(): void {
    if (this.#isTaking || this.#queue.isEmpty || !isBusMaster(this.pciFunction)) return;
    this.#isTaking = true;
    if (this.#state.state !== IocState.operational) this.#fault(IocStatus.invalidState);
    while (this.#state.state === IocState.operational && !this.#queue.isEmpty && this.#requests.hasPlace)
      this.#executeAt(this.#queue.take());
    this.#isTaking = false;
  }

  #executeAt(address: number): void {
    const bytes = new Uint8Array(Request.bytes);
    this.#memory.read(longOf(address, this.#state.hostHigh), bytes);
    const message = new DataView(bytes.buffer);
    if (message.getUint8(Request.function) === MessageFunction.scsiIo) this.#requests.begin(bytes, address);
    else this.#replies.post(this.#execute(message));
  }

  /** Replies to task management are for those who wait for its requests' replies too. */
  #executeOfDoorbell(message: DataView): void {
    const reply = this.#execute(message);
    if (message.getUint8(Request.function) !== MessageFunction.taskManagement) this.#doorbell.answer(reply);
    else {
      this.#replies.post(reply);
      this.#doorbell.answeredElsewhere();
    }
  }

  /** Executes a message other than a SCSI IO request: the reply. */
  #execute(message: DataView): DataView {
    switch (message.getUint8(Request.function)) {
      case MessageFunction.taskManagement:
        return manageTasks(message, this.#requests, this.#targets);
      case MessageFunction.iocInit:
        return initialise(message, this.#state);
      case MessageFunction.iocFacts:
        return controllerFacts(message, this.#state);
      case MessageFunction.config: {
        const targets = this.#targets.map(({ id }) => id);
        return configure(message, { device: this.#options.device, targets }, this.#memory);
      }
      case MessageFunction.portFacts:
        return portFacts(message);
      case MessageFunction.portEnable:
        return enablePort(message);
      case MessageFunction.eventNotification:
        return notifyOfEvents(message);
      default:
        return this.#refuse(message);
    }
  }

  #refuse(message: DataView): DataView {
    this.#options.guestError('mptsas1068: unknown message', message.getUint8(Request.function));
    const reply = replyTo(message, Reply.bytes);
    reply.setUint16(Reply.status, IocStatus.invalidFunction, true);
    return reply;
  }

  /** The first fault stays until a reset. */
  #fault(code: number): void {
    if (this.#state.state === IocState.fault) return;
    this.#options.guestError('mptsas1068: the controller is in a fault, code', code);
    Object.assign(this.#state, { state: IocState.fault, faultCode: code });
  }

  #setInterrupt(kind: number, isSet: boolean): void {
    const state = this.#state;
    state.interruptStatus = isSet ? state.interruptStatus | kind : state.interruptStatus & ~kind;
    this.#drive();
  }

  /** Messages take the place of the interrupt pin. */
  #drive(): void {
    const asks = (this.#state.interruptStatus & ~this.#state.interruptMask) !== 0;
    const byMessage = this.#msi?.isEnabled === true;
    if (asks && byMessage) this.#msi!.raise();
    this.#options.irq.set(asks && !byMessage);
  }
}
