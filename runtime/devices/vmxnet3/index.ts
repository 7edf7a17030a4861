import { partOfWord } from '../../bus/word-part.ts';
import { SendingTurns } from '../../ethernet/sending-turns.ts';
import { SentInterrupts } from '../../ethernet/sent-interrupts.ts';
import { address64 } from '../../memory/descriptors.ts';
import type { MmioRegion } from '../../memory/mmio.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { functionMemory, isBusMaster } from '../pci/bus-master.ts';
import type { MessageOptions } from '../pci/chip-options.ts';
import { PciFunction } from '../pci/function.ts';
import { Msi } from '../pci/msi.ts';
import { Msix, type MsixState, msixState } from '../pci/msix.ts';
import type { BusMasterCardOptions } from '../pci/network-card.ts';
import { registerRange } from '../pci/range.ts';
import { Interrupts } from './interrupts.ts';
import { Receiver } from './receiver.ts';
import {
  Command,
  Event,
  Id,
  LINK_UP,
  MessageBar,
  MSI_AT,
  MSIX_AT,
  NO_ADAPTIVE_RINGS,
  REGISTER_BYTES,
  REVISIONS,
  Register,
  RingRegister,
  STEP,
  VECTORS,
} from './registers.ts';
import { SharedMemory } from './shared.ts';
import { cardState, filterState, receiveState, vectorsState } from './state.ts';
import { Transmitter } from './transmitter.ts';

export interface Vmxnet3Options extends BusMasterCardOptions, MessageOptions {}

/** One of the two files of registers. */
interface RegisterFile {
  readonly name: string;
  /** A register, by its offset. */
  read(offset: number): number;
  write(offset: number, value: number): void;
}

/** Virtual nanoseconds from one burst to the next. */
const PAUSE = 100_000;
/** There is one cause. */
const SENT = 1;

/** VMware's network card vmxnet3, as QEMU's: rings in memory, checksums and segments by the card. */
export class Vmxnet3 {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: Vmxnet3Options;
  readonly #state = cardState.create();
  readonly #receiving = receiveState.create();
  readonly #msi: Msi | null;
  readonly #msix: Msix | null;
  readonly #interrupts: Interrupts;
  readonly #shared: SharedMemory;
  readonly #turns: SendingTurns;
  readonly #sentInterrupts: SentInterrupts;

  constructor(options: Vmxnet3Options) {
    this.#options = options;
    const { name, port, irq, clock, events } = options;
    const memory = functionMemory(options.memory, () => this.pciFunction);
    const [messages, vectors, filter] = [msixState(VECTORS), vectorsState.create(), filterState.create()];
    const messagesState = messages.create();
    [this.#msi, this.#msix] = this.#makeMessages(messagesState);
    this.#interrupts = new Interrupts({ state: vectors, irq, msi: this.#msi, msix: this.#msix });
    const [card, receiving] = [this.#state, this.#receiving];
    this.#shared = new SharedMemory({ memory, card, receiving, filter, vectors });
    const { sentInterrupts: state } = card;
    this.#sentInterrupts = new SentInterrupts({ name, clock, events, state, raise: () => this.#tellSent() });
    const transmitter = this.#makeTransmitter(memory);
    const send = () => port.together(() => transmitter.send());
    this.#turns = new SendingTurns({ name: `${name} transmit`, clock, events, send });
    const received = () => this.#received();
    const isRunning = () => this.#isRunning;
    const receiver = new Receiver({ card, state: receiving, filter, memory, isRunning, received });
    port.onFrame = (frame, following) => receiver.receive(frame, following);
    port.onLinkChanged = () => this.#linkChanged();
    this.pciFunction = this.#makeFunction();
    this.component = joinComponents(name, [
      cardState.bind('card', card),
      receiveState.bind('receiving', receiving),
      filterState.bind('filter', filter),
      vectorsState.bind('vectors', vectors),
      messages.bind('msix', messagesState),
      this.#turns.component,
      port.component,
    ]);
    this.reset();
  }

  #makeMessages(state: MsixState): [Msi | null, Msix | null] {
    const { sendMessage: send, name, guestError } = this.#options;
    if (send === undefined) return [null, null];
    const common = { name, guestError, send, pciFunction: () => this.pciFunction };
    const { index: bar, tableAt, pendingAt } = MessageBar;
    const place = { at: MSIX_AT, next: MSI_AT, bar, tableAt, pendingAt };
    return [new Msi({ ...common, at: MSI_AT }), new Msix({ ...common, ...place, state })];
  }

  #makeTransmitter(memory: ReturnType<typeof functionMemory>): Transmitter {
    const { port, guestError } = this.#options;
    return new Transmitter({
      ...{ state: this.#state, memory, guestError },
      isRunning: () => this.#isRunning,
      transmit: (frame) => port.send(frame),
      sent: () => this.#sentInterrupts.sent(SENT),
      pause: () => this.#turns.resume(PAUSE),
    });
  }

  #makeFunction(): PciFunction {
    const { name, device, mmio, bars = [] } = this.#options;
    const memory = { space: 'memory' as const, size: REGISTER_BYTES };
    const ringRegisters = registerRange(mmio, (base) => this.#region(base, this.#ringFile));
    const deviceRegisters = registerRange(mmio, (base) => this.#region(base, this.#deviceFile));
    return new PciFunction({
      name: `${name} pci`,
      device,
      function: 0,
      ...Id,
      interruptPin: 1,
      bars: [
        { index: 0, ...memory, range: ringRegisters },
        { index: 1, ...memory, range: deviceRegisters },
        { ...memory, index: MessageBar.index, size: MessageBar.bytes, range: this.#messageRange() },
        ...bars,
      ],
      ...(this.#msix !== null && { firstCapability: MSIX_AT }),
      registers: [...(this.#msix?.registers ?? []), ...(this.#msi?.registers ?? [])],
      changed: () => this.#msix?.changed(),
      // A load must not drive lines: their levels are loaded too.
      written: () => this.#interrupts.drive(),
      messages: () => [...(this.#msix?.messages() ?? []), ...(this.#msi?.messages() ?? [])],
    });
  }

  #messageRange() {
    const { name, mmio } = this.#options;
    return registerRange(mmio, (base) => ({
      name: `${name} msix`,
      base,
      length: MessageBar.bytes,
      read: (offset, size) => this.#msix?.read(offset, size) ?? 0,
      write: (offset, size, value) => this.#msix?.write(offset, size, value),
    }));
  }

  get #ringFile(): RegisterFile {
    return {
      name: `${this.#options.name} rings`,
      read: (offset) => this.#readRing(offset),
      write: (offset, value) => this.#writeRing(offset, value),
    };
  }

  get #deviceFile(): RegisterFile {
    return {
      name: this.#options.name,
      read: (offset) => this.#read(offset),
      write: (offset, value) => this.#write(offset, value),
    };
  }

  /** Registers of 32 bits; a part of one can be read. */
  #region(base: number, { name, read, write }: RegisterFile): MmioRegion {
    return {
      name,
      base,
      length: REGISTER_BYTES,
      read: (offset, size) => partOfWord(read(offset & ~3), offset, size),
      write: (offset, _size, value) => {
        if ((offset & 3) === 0) write(offset, value >>> 0);
        else this.#options.guestError('vmxnet3: a write that is not of a whole register, at', offset);
      },
    };
  }

  /** Power on, or a hard reset. */
  reset(): void {
    this.#msix?.reset();
    Object.assign(this.#state.mac, Array.from(this.#options.mac));
    Object.assign(this.#state, { shared: 0, sharedLow: 0, macLow: 0, command: 0 });
    this.#deactivate();
    this.#interrupts.reset();
  }

  /** Whether it may reach its rings: what it would see without memory looks like descriptors that are ready. */
  get #isRunning(): boolean {
    return this.#state.isActive && isBusMaster(this.pciFunction);
  }

  /** Frames that come are lost, and none are sent. */
  #deactivate(): void {
    this.#state.isActive = false;
    this.#turns.reset();
    this.#sentInterrupts.reset();
  }

  #tellSent(): void {
    for (const queue of this.#state.sending) {
      if (!queue.isUntold) continue;
      queue.isUntold = false;
      this.#interrupts.raise(queue.vector);
    }
  }

  #received(): void {
    this.#interrupts.raise(this.#receiving.vector);
    this.#sentInterrupts.join();
  }

  #linkChanged(): void {
    if (!this.#state.isActive) return;
    this.#shared.changeEvents(Event.link, 0);
    this.#interrupts.raise(this.#state.eventVector);
  }

  // Registers of the rings.

  #readRing(offset: number): number {
    const vector = (offset - RingRegister.mask) / STEP;
    return offset % STEP === 0 && vector < VECTORS ? Number(this.#interrupts.isMasked(vector)) : 0;
  }

  #writeRing(offset: number, value: number): void {
    const { port } = this.#options;
    if (offset % STEP !== 0) return;
    if (offset < RingRegister.mask + VECTORS * STEP) {
      this.#interrupts.setMask(offset / STEP, value !== 0);
      // A driver that waits for the next interrupt has given back its buffers.
      if (value === 0) port.resume();
    } else if (offset >= RingRegister.receiveProducer) port.resume();
    else if (offset >= RingRegister.sendProducer && this.#state.isActive) this.#turns.request();
  }

  // Registers of the device.

  #read(offset: number): number {
    const { mac } = this.#state;
    switch (offset) {
      case Register.revisions:
      case Register.passThrough:
        return REVISIONS;
      case Register.command:
        return this.#answer();
      case Register.macLow:
        return wordOf(mac, 0);
      case Register.macHigh:
        return wordOf(mac, 4);
      case Register.interruptCause:
        return this.#interrupts.takeCause();
      default:
        return 0;
    }
  }

  #write(offset: number, value: number): void {
    const state = this.#state;
    switch (offset) {
      case Register.sharedLow:
        if (value === 0) this.#deactivate();
        Object.assign(state, { sharedLow: value, shared: 0 });
        break;
      case Register.sharedHigh:
        state.shared = address64(state.sharedLow, value);
        break;
      case Register.command:
        state.command = value;
        this.#execute(value);
        break;
      case Register.macLow:
        state.macLow = value;
        break;
      case Register.macHigh:
        state.mac.set(Uint8Array.from([0, 8, 16, 24], (shift) => state.macLow >>> shift));
        state.mac.set(Uint8Array.of(value, value >>> 8), 4);
        break;
      case Register.events:
        if (state.isActive) this.#shared.changeEvents(0, value);
        break;
    }
  }

  #execute(command: number): void {
    const state = this.#state;
    switch (command) {
      case Command.activate:
        if (!state.isActive && state.shared !== 0) state.isActive = this.#shared.configure();
        this.#options.port.resume();
        break;
      case Command.quiesce:
        this.#deactivate();
        break;
      case Command.reset:
        this.#deactivate();
        this.#interrupts.reset();
        Object.assign(state, { shared: 0, sharedLow: 0 });
        break;
      case Command.getStatistics:
        if (state.isActive) this.#shared.tellCounters();
        break;
      default:
        if (state.isActive) this.#update(command);
    }
  }

  /** The driver has changed a part of its configuration. */
  #update(command: number): void {
    if (command === Command.updateReceiveMode) this.#shared.updateMode();
    else if (command === Command.updateMulticast) this.#shared.updateMulticast();
    else if (command === Command.updateVlans) this.#shared.updateVlans();
    else if (command === Command.updateFeatures) this.#shared.updateFeatures();
  }

  /** The answer to the last command. Interrupts may be of any kind. */
  #answer(): number {
    const { command, isActive } = this.#state;
    const { mac, port } = this.#options;
    switch (command) {
      case Command.activate:
        return isActive ? 0 : 1;
      case Command.getLink:
        return port.isLinkUp ? LINK_UP : 0;
      case Command.getMacLow:
        return wordOf(mac, 0);
      case Command.getMacHigh:
        return wordOf(mac, 4);
      case Command.getDeviceId:
        return Id.deviceId;
      case Command.getDeviceRevision:
        return Id.revision;
      case Command.getAdaptiveRings:
        return NO_ADAPTIVE_RINGS;
      default:
        return 0;
    }
  }
}

/** Up to four bytes of an address as a register has them. */
function wordOf(mac: ArrayLike<number>, at: number): number {
  return Array.from(mac)
    .slice(at, at + 4)
    .reduce((word, byte, n) => (word | (byte << (8 * n))) >>> 0, 0);
}
