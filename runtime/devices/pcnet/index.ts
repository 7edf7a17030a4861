import { type AccessSize, allOnes } from '../../bus/ports.ts';
import { ADDRESS_BYTES } from '../../ethernet/frame.ts';
import { SentInterrupts } from '../../ethernet/sent-interrupts.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { functionMemory } from '../pci/bus-master.ts';
import type { PciFunction } from '../pci/function.ts';
import { type BusMasterCardOptions, cardFunction, registerBars } from '../pci/network-card.ts';
import { ControlRegisters } from './control.ts';
import { Descriptors } from './descriptors.ts';
import { readInitialization } from './initialization.ts';
import { Interrupts } from './interrupts.ts';
import { Receiver } from './receiver.ts';
import {
  APROM_BYTES,
  APROM_WRITABLE,
  Bcr,
  Csr,
  DOUBLE_WORDS,
  Extended,
  Feature,
  Id,
  KEPT_MODE,
  Mode,
  PortRegister,
  REGISTER_BYTES,
  RESET_BCRS,
  RESET_CSRS,
  Status,
} from './registers.ts';
import { pcnetState } from './state.ts';
import { Transmitter } from './transmitter.ts';

/** AMD's PCnet-PCI II (Am79C970A): 10 Mbit/s by name, with rings of descriptors in three forms. */
export class Pcnet {
  readonly pciFunction: PciFunction;
  readonly component: Component;
  readonly #options: BusMasterCardOptions;
  readonly #state = pcnetState.create();
  readonly #interrupts: Interrupts;
  readonly #sent: SentInterrupts;
  readonly #receiver: Receiver;
  readonly #transmitter: Transmitter;
  readonly #registers: ControlRegisters;

  constructor(options: BusMasterCardOptions) {
    this.#options = options;
    const { name, port, irq, clock, events } = options;
    const state = this.#state;
    const memory = functionMemory(options.memory, () => this.pciFunction);
    const descriptors = new Descriptors(state, memory);
    this.#interrupts = new Interrupts(state, irq);
    const interrupt = (bits: number) => this.#interrupts.raise(bits);
    this.#sent = new SentInterrupts({ name, state: state.sentInterrupts, clock, events, raise: interrupt });
    this.#receiver = new Receiver({
      ...{ state, memory, descriptors },
      retry: events.timer(`${name} receive`, () => port.resume()),
      now: () => clock.now(),
      interrupt: (bits) => {
        interrupt(bits);
        this.#sent.join();
      },
    });
    this.#transmitter = new Transmitter({
      ...{ state, memory, descriptors, name, clock, events, interrupt, sentInterrupts: this.#sent },
      isLinkUp: () => port.isLinkUp,
      send: (frame) => port.send(frame),
      together: (act) => port.together(act),
      loop: (frame) => this.#receiver.receiveOwn(frame),
    });
    this.#registers = this.#makeRegisters(() => readInitialization(state, memory));
    const own = pcnetState.bind(name, state, { restored: () => this.#receiver.restored() });
    this.component = joinComponents(name, [own, this.#transmitter.component, port.component]);
    this.pciFunction = this.#makeFunction();
    port.onFrame = (frame) => this.#receiver.receive(frame);
    this.reset();
  }

  /** Power on and hard reset. */
  reset(): void {
    Object.assign(this.#state, pcnetState.create(), { sentInterrupts: this.#state.sentInterrupts });
    this.#fillAprom();
    for (const [n, value] of RESET_BCRS) this.#state.bcr[n] = value;
    this.#softReset();
  }

  /** The address, and after it what AMD's drivers look for (data sheet, "Address PROM Space"). */
  #fillAprom(): void {
    const { aprom } = this.#state;
    aprom.set(Array.from(this.#options.mac).slice(0, ADDRESS_BYTES));
    aprom[9] = 0x11;
    aprom.fill(0x57, 14);
    const sum = aprom.reduce((total, byte) => total + byte, 0);
    aprom.set([sum & 0xff, sum >> 8], 12);
  }

  /** By a read of the reset register. As in QEMU it leaves the mode of double words. */
  #softReset(): void {
    const state = this.#state;
    const { csr, aprom } = state;
    state.rap = state.receiveRing = state.transmitRing = state.pollPause = 0;
    state.bcr[Bcr.busControl]! &= ~DOUBLE_WORDS;
    for (const [n, value] of RESET_CSRS) csr[n] = value;
    for (let n = 0; n < 3; n++) csr[Csr.address + n] = aprom[2 * n]! | (aprom[2 * n + 1]! << 8);
    csr[Csr.mode]! &= KEPT_MODE;
    this.#sent.reset();
    this.#transmitter.reset();
    this.#interrupts.drive();
  }

  #makeRegisters(initialize: () => void): ControlRegisters {
    const { port } = this.#options;
    const set = (bits: number) => {
      this.#state.csr[Csr.status] = (this.#state.csr[Csr.status]! & ~Status.stop) | bits;
    };
    return new ControlRegisters(this.#state, {
      stop: () => this.#stop(),
      initialize: () => {
        initialize();
        set(Status.init | Status.initDone);
      },
      start: () => {
        const mode = this.#state.csr[Csr.mode]!;
        const transmitter = (mode & Mode.noTransmitter) === 0 ? Status.transmitterOn : 0;
        set(Status.start | transmitter | ((mode & Mode.noReceiver) === 0 ? Status.receiverOn : 0));
        this.#transmitter.start();
      },
      demand: () => this.#transmitter.request(),
      resume: () => port.resume(),
      get isLinkUp() {
        return port.isLinkUp;
      },
    });
  }

  #stop(): void {
    const { csr } = this.#state;
    csr[Csr.status] = Status.stop;
    csr[Csr.features]! &= ~Feature.stopped;
    csr[Csr.extended]! &= ~Extended.stopped;
    this.#sent.reset();
    this.#transmitter.reset();
  }

  #makeFunction(): PciFunction {
    const registers = registerBars(this.#options, {
      bytes: REGISTER_BYTES,
      read: (offset, size) => this.#read(offset, size),
      write: (offset, size, value) => this.#write(offset, size, value),
    });
    return cardFunction(this.#options, Id, registers);
  }

  get #isDouble(): boolean {
    return (this.#state.bcr[Bcr.busControl]! & DOUBLE_WORDS) !== 0;
  }

  /** The register that an access of so many bytes reaches; undefined: none. */
  #registerAt(offset: number, size: number): number | undefined {
    const unit = this.#isDouble ? 4 : 2;
    const at = offset - APROM_BYTES;
    return size === unit && at % unit === 0 ? at / unit : undefined;
  }

  #read(offset: number, size: AccessSize): number {
    if (offset < APROM_BYTES) return this.#readAprom(offset, size);
    const { rap } = this.#state;
    const mask = size === 4 ? 0xffffffff : 0xffff;
    switch (this.#registerAt(offset, size)) {
      case PortRegister.data:
        return (this.#registers.readCsr(rap) & mask) >>> 0;
      case PortRegister.address:
        return rap;
      case PortRegister.reset:
        this.#softReset();
        return 0;
      case PortRegister.busData:
        return this.#registers.readBcr(rap);
      default:
        return allOnes(size) >>> 0;
    }
  }

  /** Bytes and words, or double words alone. */
  #readAprom(offset: number, size: AccessSize): number {
    const isThere = (size === 4) === this.#isDouble && offset % size === 0;
    if (!isThere) return allOnes(size) >>> 0;
    const { aprom } = this.#state;
    return aprom.subarray(offset, offset + size).reduceRight((value, byte) => value * 0x100 + byte, 0);
  }

  #write(offset: number, size: number, value: number): void {
    if (offset < APROM_BYTES) this.#writeAprom(offset, size, value);
    else if (!this.#isDouble && size === 4 && offset === APROM_BYTES) this.#state.bcr[Bcr.busControl]! |= DOUBLE_WORDS;
    else this.#writeRegister(this.#registerAt(offset, size), value & 0xffff);
    this.#interrupts.drive();
  }

  #writeAprom(offset: number, size: number, value: number): void {
    const isWritable = (this.#state.bcr[Bcr.misc]! & APROM_WRITABLE) !== 0;
    if (isWritable && size === 1 && !this.#isDouble) this.#state.aprom[offset] = value;
  }

  #writeRegister(register: number | undefined, value: number): void {
    const { rap } = this.#state;
    if (register === PortRegister.data) this.#registers.writeCsr(rap, value);
    else if (register === PortRegister.address) this.#state.rap = value & 0x7f;
    else if (register === PortRegister.busData) this.#registers.writeBcr(rap, value);
    else this.#options.guestError('PCnet: a write to no register, with the value', value);
  }
}
