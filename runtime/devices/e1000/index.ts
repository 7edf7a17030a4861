import type { PortRegion } from '../../bus/ports.ts';
import { partOfWord } from '../../bus/word-part.ts';
import { SendingTurns } from '../../ethernet/sending-turns.ts';
import { SentInterrupts } from '../../ethernet/sent-interrupts.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { MmioRegion } from '../../memory/mmio.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { functionMemory } from '../pci/bus-master.ts';
import type { PciFunction } from '../pci/function.ts';
import { type BusMasterCardOptions, cardFunction } from '../pci/network-card.ts';
import { portRange, registerRange } from '../pci/range.ts';
import { CardEeprom } from './eeprom.ts';
import { Interrupts } from './interrupts.ts';
import { Phy } from './phy.ts';
import { Receiver } from './receiver.ts';
import {
  ADDRESS_VALID,
  Cause,
  CONTROL_RESET,
  Control,
  Id,
  keptRegisters,
  MEMORY_BYTES,
  PORT_BYTES,
  Port,
  REGISTER_BYTES,
  Register,
  RxControl,
  STATISTICS,
  Status,
  VLAN_TYPE_RESET,
} from './registers.ts';
import { e1000State, RegisterWords } from './state.ts';
import { Transmitter } from './transmitter.ts';

/** Intel's PRO/1000 with the 82540EM, as QEMU's e1000. */
export class E1000 {
  readonly pciFunction: PciFunction;
  readonly component: Component;
  readonly #options: BusMasterCardOptions;
  readonly #state = e1000State.create();
  readonly #words = new RegisterWords(this.#state);
  readonly #interrupts: Interrupts;
  readonly #sentInterrupts: SentInterrupts;
  readonly #phy: Phy;
  readonly #eeprom: CardEeprom;
  readonly #receiver: Receiver;
  readonly #transmitter: Transmitter;
  #turns!: SendingTurns;
  /** Bits that a register keeps, by offset. */
  readonly #kept = new Map<number, number>();

  constructor(options: BusMasterCardOptions) {
    this.#options = options;
    const { name, port, clock, events, irq, mac } = options;
    const [state, words] = [this.#state, this.#words];
    for (const [first, last, mask] of keptRegisters)
      for (let offset = first; offset <= last; offset += 4) this.#kept.set(offset, mask);
    const throttle = events.timer(`${name} throttle`, () => this.#interrupts.throttleEnded());
    this.#interrupts = new Interrupts(state, words, irq, clock, throttle);
    const interrupt = (causes: number) => this.#interrupts.raise(causes);
    this.#sentInterrupts = new SentInterrupts({ name, state: state.sentInterrupts, clock, events, raise: interrupt });
    this.#phy = new Phy(state, port, interrupt);
    this.#eeprom = new CardEeprom(state, mac);
    const memory = functionMemory(options.memory, () => this.pciFunction);
    const received = (causes: number) => {
      interrupt(causes);
      this.#sentInterrupts.join();
    };
    this.#receiver = new Receiver({ words, memory, interrupt: received });
    this.#transmitter = this.#makeTransmitter(memory, interrupt);
    this.component = joinComponents(name, [e1000State.bind(name, state), this.#turns.component, port.component]);
    this.pciFunction = this.#makeFunction();
    port.onFrame = (frame) => this.#receiver.receive(frame);
    port.onLinkChanged = () => this.#linkChanged();
    this.reset();
  }

  /** Power on, a hard reset, or a reset by the control register: all but the EEPROM. */
  reset(): void {
    const { eeprom, registers, sentInterrupts } = this.#state;
    Object.assign(this.#state, e1000State.create(), { eeprom, registers, sentInterrupts });
    this.#sentInterrupts.reset();
    this.#turns.reset();
    const words = this.#words;
    words.fill(0);
    words.set(Register.control, CONTROL_RESET);
    words.set(Register.packetBuffer, 0x00100030);
    words.set(Register.vlanType, VLAN_TYPE_RESET);
    const [low, middle, high] = this.#eeprom.addressWords;
    words.set(Register.addresses, (low | (middle << 16)) >>> 0);
    words.set(Register.addresses + 4, (high | ADDRESS_VALID) >>> 0);
    this.#phy.reset();
    this.#interrupts.setMask(0);
  }

  #makeTransmitter(memory: BusMemory, interrupt: (causes: number) => void): Transmitter {
    const { name, events, clock, guestError, port } = this.#options;
    const send = () => port.together(() => this.#transmitter.send());
    this.#turns = new SendingTurns({ name: `${name} transmit`, clock, events, send });
    const transmit = (frame: Uint8Array) => this.#transmit(frame);
    const [state, words, sentInterrupts] = [this.#state, this.#words, this.#sentInterrupts];
    const pause = (nanoseconds: number) => this.#turns.resume(nanoseconds);
    return new Transmitter({ state, words, memory, guestError, pause, transmit, interrupt, sentInterrupts });
  }

  #transmit(frame: Uint8Array): void {
    if ((this.#words.get(Register.rxControl) & RxControl.loopback) !== 0) this.#receiver.receive(frame);
    else this.#options.port.send(frame);
  }

  #linkChanged(): void {
    this.#interrupts.raise(Cause.linkChange);
    this.#options.port.resume();
  }

  /** The word at an offset, a multiple of 4. */
  #readWord(offset: number): number {
    if (offset >= STATISTICS.first && offset < STATISTICS.end) return this.#takeCounter(offset);
    switch (offset) {
      case Register.status:
        return (Status.fixed | (this.#options.port.isLinkUp ? Status.linkUp : 0)) >>> 0;
      case Register.eepromControl:
        return this.#eeprom.readControl();
      case Register.interruptCause:
        return this.#interrupts.take();
      case Register.maskSet:
        return this.#state.interruptMask;
      default:
        return offset < REGISTER_BYTES ? this.#words.get(offset) : 0;
    }
  }

  #takeCounter(offset: number): number {
    const value = this.#words.get(offset);
    this.#words.set(offset, 0);
    return value;
  }

  #writeWord(offset: number, value: number): void {
    const mask = this.#kept.get(offset);
    if (mask !== undefined) this.#words.set(offset, value & mask);
    else if (!this.#writeInterrupts(offset, value)) this.#writeParts(offset, value);
  }

  /** Whether it was a register of interrupts. */
  #writeInterrupts(offset: number, value: number): boolean {
    if (offset === Register.interruptCause) this.#interrupts.clear(value);
    else if (offset === Register.causeSet) this.#interrupts.raise(value);
    else if (offset === Register.maskSet) this.#interrupts.setMask(this.#state.interruptMask | value);
    else if (offset === Register.maskClear) this.#interrupts.setMask(this.#state.interruptMask & ~value);
    else return false;
    return true;
  }

  #writeParts(offset: number, value: number): void {
    const { port } = this.#options;
    switch (offset) {
      case Register.control:
        this.#writeControl(value);
        break;
      case Register.eepromControl:
        this.#eeprom.writeControl(value);
        break;
      case Register.eepromRead:
        this.#words.set(offset, this.#eeprom.readWord(value));
        break;
      case Register.phyControl:
        this.#words.set(offset, this.#phy.access(value));
        break;
      case Register.rxControl:
        this.#words.set(offset, value);
        port.resume();
        break;
      case Register.rxTail:
        this.#words.set(offset, value & 0xffff);
        port.resume();
        break;
      case Register.txControl:
        this.#words.set(offset, value);
        this.#transmitter.send();
        break;
      case Register.txTail:
        this.#words.set(offset, value & 0xffff);
        this.#turns.request();
    }
  }

  #writeControl(value: number): void {
    if ((value & Control.reset) !== 0) this.reset();
    else {
      if ((value & Control.phyReset) !== 0) this.#phy.reset();
      this.#words.set(Register.control, value & ~Control.phyReset);
    }
  }

  #makeFunction(): PciFunction {
    const { ports, mmio } = this.#options;
    const memoryRegisters = registerRange(mmio, (base) => this.#memoryRegion(base));
    const portRegisters = portRange(ports, (base) => [this.#portRegion(base)]);
    return cardFunction(this.#options, Id, [
      { index: 0, space: 'memory', size: MEMORY_BYTES, range: memoryRegisters },
      { index: 1, space: 'io', size: PORT_BYTES, range: portRegisters },
    ]);
  }

  /** Registers have 32 bits: parts of them can be read. A write of a part counts as one of the whole with zeros around it. */
  #memoryRegion(base: number): MmioRegion {
    return {
      name: this.#options.name,
      base,
      length: MEMORY_BYTES,
      read: (offset, size) => partOfWord(this.#readWord(offset & ~3), offset, size),
      write: (offset, _size, value) => this.#writeWord(offset & ~3, (value << (8 * (offset & 3))) >>> 0),
    };
  }

  /** The word that the data port leads to. */
  get #portOffset(): number {
    return (this.#state.portAddress & ~3) >>> 0;
  }

  #portRegion(base: number): PortRegion {
    return {
      name: this.#options.name,
      first: base,
      count: PORT_BYTES,
      sizes: [4],
      read: (port) => {
        if (port - base === Port.address) return this.#state.portAddress;
        return port - base === Port.data ? this.#readWord(this.#portOffset) : 0;
      },
      write: (port, _size, value) => {
        if (port - base === Port.address) this.#state.portAddress = value;
        else if (port - base === Port.data) this.#writeWord(this.#portOffset, value);
      },
    };
  }
}
