import type { Line } from '../../bus/irq.ts';
import { allOnes, type PortRegion } from '../../bus/ports.ts';
import { padded } from '../../ethernet/frame.ts';
import type { NetworkPort } from '../../host/network.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { VirtualClock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { CardMemory } from './memory.ts';
import { hasUnread, receiveFrame } from './receiver.ts';
import { readRegister, writeRegister } from './register-pages.ts';
import {
  CARD_PORTS,
  Command,
  DATA_PORT,
  DATA_WORDS,
  Interrupt,
  LOOPBACK,
  PAGE_BYTES,
  RESET_PORT,
  Register,
  TransmitStatus,
} from './registers.ts';
import { RemoteDma } from './remote-dma.ts';
import { ne2000State } from './state.ts';

/**
 * Virtual nanoseconds after which a guest is interrupted again for frames that it has left in the ring. No wire puts time
 * between frames here, so more of them come while a driver reads than it takes at one interrupt: nine in Linux, which leaves
 * the others to the interrupt of the next frame.
 */
const REMINDER = 200_000;

/**
 * Virtual nanoseconds that a byte is on the wire: those of 1 Gbit/s. The guest learns of a sent frame no sooner. Told at once, it
 * is interrupted while its driver still writes to the card, and Linux's, which has its interrupt line off then, a second time for
 * each frame.
 */
const BYTE_TIME = 8;

export interface Dp8390Options {
  /** Unique in the machine; names the card's state. */
  readonly name: string;
  /** Six bytes. */
  readonly mac: ArrayLike<number>;
  readonly port: NetworkPort;
  readonly irq: Line;
  readonly clock: VirtualClock;
  readonly events: EventQueue;
  /** The chip is an RTL8029, with registers that tell so. */
  readonly isRealtek?: boolean;
}

/** The DP8390 and the memory around it, as on an NE2000. */
export class Dp8390 {
  readonly component: Component;
  readonly #options: Dp8390Options;
  readonly #state = ne2000State.create();
  readonly #memory: CardMemory;
  readonly #remote: RemoteDma;
  readonly #reminder: Timer;
  /** The end of the frame that is on the wire. */
  readonly #sent: Timer;

  constructor(options: Dp8390Options) {
    this.#options = options;
    const { name, port, mac, events } = options;
    this.#memory = new CardMemory(this.#state.ram, mac);
    this.#remote = new RemoteDma(this.#state, this.#memory, () => this.#raise(Interrupt.remoteDone));
    this.#reminder = events.timer(`${name} unread frames`, () => this.#remind());
    this.#sent = events.timer(`${name} sent`, () => this.#transmitted(), { whenIdle: true });
    this.component = joinComponents(name, [ne2000State.bind(name, this.#state), port.component]);
    port.onFrame = (frame) => this.#receive(padded(frame));
    this.reset();
  }

  /** Power on, a hard reset, or the reset port: registers other than these stay as they are. */
  reset(): void {
    Object.assign(this.#state, { command: Command.stop | Command.abortRemote, interruptMask: 0 });
    this.#state.interruptStatus = Interrupt.reset;
    this.#sent.disarm();
    this.#drive();
  }

  /** Its ports from `base` on; the data port in units of these sizes. */
  regions(base: number, dataSizes: readonly (1 | 2 | 4)[]): PortRegion[] {
    const { name } = this.#options;
    return [
      {
        name,
        first: base,
        count: DATA_PORT,
        read: (port) => this.#read(port - base),
        write: (port, _, value) => this.#write(port - base, value),
      },
      {
        name: `${name} data`,
        first: base + DATA_PORT,
        count: RESET_PORT - DATA_PORT,
        sizes: dataSizes,
        read: (_, size) => (this.#remote.read(this.#unit(size)) & allOnes(size)) >>> 0,
        write: (_, size, value) => this.#remote.write(this.#unit(size), value),
        readBlock: (_, size, target) => this.#block(size) && this.#remote.readBlock(size, target),
        writeBlock: (_, size, source) => this.#block(size) && this.#remote.writeBlock(size, source),
      },
      {
        name: `${name} reset`,
        first: base + RESET_PORT,
        count: CARD_PORTS - RESET_PORT,
        read: () => this.#readReset(),
      },
    ];
  }

  /** Bytes that an access of so many moves: the chip has words if the guest says so, and a byte of one is its low one. */
  #unit(size: number): number {
    return (this.#state.dataConfig & DATA_WORDS) === 0 ? 1 : Math.max(2, size);
  }

  /** Whether whole blocks can be moved: 1 or 0. */
  #block(size: number): number {
    return this.#unit(size) === size ? 1 : 0;
  }

  #readReset(): number {
    this.reset();
    return 0;
  }

  #read(offset: number): number {
    if (offset === Register.command) return this.#state.command;
    return readRegister(this.#state, offset, this.#options.isRealtek === true);
  }

  #write(offset: number, value: number): void {
    const page = this.#state.command >> Command.pageShift;
    if (offset === Register.command) this.#writeCommand(value);
    else writeRegister(this.#state, offset, value);
    if (page !== 0) return;
    this.#drive();
    // The guest has read from the ring.
    if (offset === Register.boundary) this.#options.port.resume();
    if (offset === Register.interruptStatus) this.#remindLater();
  }

  /** The guest has acknowledged interrupts. */
  #remindLater(): void {
    const isTold = (this.#state.interruptStatus & Interrupt.received) !== 0;
    if (isTold || this.#reminder.deadline < Infinity || !hasUnread(this.#state)) return;
    this.#reminder.arm(this.#options.clock.now() + REMINDER);
  }

  #remind(): void {
    if (hasUnread(this.#state)) this.#raise(Interrupt.received);
  }

  #writeCommand(value: number): void {
    const state = this.#state;
    // A frame on the wire stays there.
    state.command = (value & ~Command.transmit) | (state.command & Command.transmit);
    if ((value & Command.stop) !== 0) {
      state.interruptStatus |= Interrupt.reset;
      return;
    }
    state.interruptStatus &= ~Interrupt.reset;
    const isRemote = (value & (Command.remoteRead | Command.remoteWrite)) !== 0;
    if (isRemote && (value & Command.abortRemote) === 0 && state.remoteCount === 0) this.#raise(Interrupt.remoteDone);
    if ((value & Command.transmit) !== 0) this.#transmit();
    this.#options.port.resume();
  }

  #transmit(): void {
    const state = this.#state;
    const frame = this.#memory.part(state.transmitPage * PAGE_BYTES, state.transmitCount);
    if ((state.transmitConfig & LOOPBACK) === 0 && frame.length > 0) this.#options.port.send(frame);
    state.command |= Command.transmit;
    this.#sent.arm(this.#options.clock.now() + state.transmitCount * BYTE_TIME);
  }

  #transmitted(): void {
    this.#state.command &= ~Command.transmit;
    this.#state.transmitStatus = TransmitStatus.done;
    this.#raise(Interrupt.transmitted);
  }

  #receive(frame: Uint8Array): boolean {
    const outcome = receiveFrame(this.#state, this.#memory, frame);
    if (outcome === 'stored') this.#raise(Interrupt.received);
    return outcome !== 'full';
  }

  #raise(bits: number): void {
    this.#state.interruptStatus |= bits;
    this.#drive();
  }

  #drive(): void {
    const { interruptStatus, interruptMask } = this.#state;
    this.#options.irq.set((interruptStatus & interruptMask & Interrupt.maskable) !== 0);
  }
}
