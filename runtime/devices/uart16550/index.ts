import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { HostStream } from '../../host/stream.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import {
  BAUD_BASE,
  FIFO_SIZE,
  FifoControl,
  InterruptEnable,
  InterruptId,
  LineControl,
  LineStatus,
  ModemControl,
  ModemStatus,
  Register,
  TRIGGER_LEVELS,
} from './registers.ts';
import { uartState } from './state.ts';

export interface UartOptions {
  /** Names the component, its ports and its timer: 'com1'. */
  readonly name: string;
  readonly base: number;
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly irq: IrqLine;
  /** Whether OUT2 connects the interrupt to the line, as in a PC: a port that shares its line must be able to leave it. */
  readonly needsOut2: boolean;
  /** The other end of the cable. */
  readonly line: HostStream;
}

/** Reads of LSR or IIR, with nothing sent in between, that only a guest which waits for input makes. */
const POLLS_OF_A_READER = 32;

/**
 * A PC16550D. Bytes leave at once, so that the transmitter is always empty. Received ones wait outside, in any number,
 * until the guest listens and the FIFO has room: there is no overrun.
 */
export class Uart16550 {
  readonly component: Component;
  readonly #state = uartState.create();
  readonly #clock: Clock;
  readonly #irq: IrqLine;
  readonly #needsOut2: boolean;
  readonly #line: HostStream;
  readonly #timeout: Timer;

  constructor({ name, base, ports, clock, events, irq, needsOut2, line }: UartOptions) {
    this.#clock = clock;
    this.#irq = irq;
    this.#needsOut2 = needsOut2;
    this.#line = line;
    line.onInput = (bytes) => this.receive(bytes);
    this.#timeout = events.timer(`${name} character timeout`, () => this.#timedOut());
    this.component = uartState.bind(name, this.#state);
    this.#state.modemLines = ModemStatus.cts | ModemStatus.dsr | ModemStatus.dcd;
    this.reset();
    ports.register({
      name,
      first: base,
      count: 8,
      read: (port) => this.#read(port - base),
      write: (port, _, value) => this.#write(port - base, value),
    });
  }

  /** Master reset (data sheet, table I). What waits outside stays. */
  reset(): void {
    const { waiting, modemLines } = this.#state;
    Object.assign(this.#state, uartState.create(), { waiting, modemLines, modemStatus: modemLines });
    this.#receiverChanged();
  }

  /** Bytes from the other end of the line. */
  receive(bytes: ArrayLike<number>): void {
    this.#state.waiting.push(bytes);
    this.#receiverChanged();
  }

  /** A break condition from the other end: a zero byte with LSR.BI. */
  receiveBreak(): void {
    if (this.#looped) return;
    this.#state.lineStatus |= LineStatus.break;
    if (this.#roomInFifo() > 0) this.#state.receiverFifo.push([0]);
    this.#receiverChanged();
  }

  /** Bytes received that the guest has not taken into the FIFO yet. */
  get waiting(): number {
    return this.#state.waiting.length;
  }

  /** The levels of the modem inputs: bits of ModemStatus.levels. */
  setModemLines(levels: number): void {
    this.#state.modemLines = levels & ModemStatus.levels;
    this.#modemChanged();
  }

  get #looped(): boolean {
    return (this.#state.modemControl & ModemControl.loop) !== 0;
  }

  /**
   * Whether bytes come in from outside. Drivers empty the FIFO and RBR while they look for the port and set it up, as
   * nobody at the other end of a line would type yet. DTR and RTS do not tell: Linux raises them for output alone.
   */
  get #listening(): boolean {
    const { interruptEnable, polls } = this.#state;
    if (this.#looped) return false;
    const isReceived = (interruptEnable & InterruptEnable.received) !== 0;
    return (isReceived && !this.#isLookedFor) || polls >= POLLS_OF_A_READER;
  }

  /** Linux finds out whether there is a port by enabling all interrupts, without OUT2 (autoconfig); who uses the port asks what has come of that. */
  get #isLookedFor(): boolean {
    const { interruptEnable, transmitterInterrupt } = this.#state;
    return interruptEnable === InterruptEnable.all && transmitterInterrupt && !this.#isConnected;
  }

  /** A PC connects the interrupt to its line by OUT2, which loop mode holds inactive. */
  get #isConnected(): boolean {
    return (this.#state.modemControl & (ModemControl.out2 | ModemControl.loop)) === ModemControl.out2;
  }

  get #divisorLatched(): boolean {
    return (this.#state.lineControl & LineControl.divisorLatch) !== 0;
  }

  #read(register: number): number {
    const state = this.#state;
    switch (register) {
      case Register.data:
        return this.#divisorLatched ? state.divisor & 0xff : this.#readReceiver();
      case Register.interruptEnable:
        return this.#divisorLatched ? state.divisor >> 8 : state.interruptEnable;
      case Register.interruptIdentification:
        return this.#readInterruptId();
      case Register.lineControl:
        return state.lineControl;
      case Register.modemControl:
        return state.modemControl;
      case Register.lineStatus:
        return this.#readLineStatus();
      case Register.modemStatus:
        return this.#readModemStatus();
      default:
        return state.scratch;
    }
  }

  #write(register: number, value: number): void {
    const state = this.#state;
    switch (register) {
      case Register.data:
        if (this.#divisorLatched) state.divisor = (state.divisor & 0xff00) | value;
        else this.#transmit(value);
        break;
      case Register.interruptEnable:
        if (this.#divisorLatched) state.divisor = (state.divisor & 0xff) | (value << 8);
        else this.#writeInterruptEnable(value & InterruptEnable.all);
        break;
      case Register.interruptIdentification:
        this.#writeFifoControl(value);
        break;
      case Register.lineControl:
        state.lineControl = value;
        break;
      case Register.modemControl:
        this.#writeModemControl(value & ModemControl.writable);
        break;
      case Register.scratch:
        state.scratch = value;
        break;
    }
  }

  #readReceiver(): number {
    const byte = this.#state.receiverFifo.shift() ?? 0;
    this.#state.characterTimeout = false;
    this.#receiverChanged();
    return byte;
  }

  #readLineStatus(): number {
    const state = this.#state;
    this.#countPoll();
    const dataReady = state.receiverFifo.length > 0 ? LineStatus.dataReady : 0;
    const value = state.lineStatus | dataReady;
    state.lineStatus &= ~(LineStatus.errors | LineStatus.fifoError);
    this.#interrupt();
    return value;
  }

  /** A guest that has polled for input once goes on doing so, whatever it sends. */
  #countPoll(): void {
    if (this.#state.polls >= POLLS_OF_A_READER) return;
    this.#state.polls++;
    this.#listen();
  }

  #readModemStatus(): number {
    const value = this.#state.modemStatus;
    this.#state.modemStatus &= ModemStatus.levels;
    this.#interrupt();
    return value;
  }

  /** Reading IIR clears the transmitter interrupt, if that is what it tells. */
  #readInterruptId(): number {
    this.#countPoll();
    const id = this.#interruptId();
    if (id === InterruptId.transmitterEmpty) {
      this.#state.transmitterInterrupt = false;
      this.#interrupt();
      this.#listen();
    }
    return id | (this.#state.fifosEnabled ? InterruptId.fifosEnabled : 0);
  }

  /** Enabling the transmitter interrupt while THR is empty makes it due, also if it was seen before. */
  #writeInterruptEnable(value: number): void {
    const state = this.#state;
    const enabled = value & ~state.interruptEnable;
    state.interruptEnable = value;
    if ((enabled & InterruptEnable.transmitterEmpty) !== 0) state.transmitterInterrupt = true;
    this.#interrupt();
    this.#listen();
  }

  /**
   * Switching the FIFOs off empties them. Switching them on leaves the byte in RBR, which is in no FIFO yet: Linux does
   * so after it has enabled the interrupt. The other bits count only while bit 0 is set.
   */
  #writeFifoControl(value: number): void {
    const state = this.#state;
    const enable = (value & FifoControl.enable) !== 0;
    const clear = enable ? (value & FifoControl.clearReceiver) !== 0 : state.fifosEnabled;
    state.fifosEnabled = enable;
    state.triggerLevel = enable ? TRIGGER_LEVELS[value >> FifoControl.triggerShift] : 1;
    if (clear) this.#clearReceiver();
    this.#receiverChanged();
  }

  #clearReceiver(): void {
    this.#state.receiverFifo.clear();
    this.#state.characterTimeout = false;
  }

  #writeModemControl(value: number): void {
    this.#state.modemControl = value;
    this.#modemChanged();
    this.#receiverChanged();
  }

  /** In loop mode the four modem outputs feed the inputs: RTS CTS, DTR DSR, OUT1 RI, OUT2 DCD. */
  #modemLevels(): number {
    const { modemControl, modemLines } = this.#state;
    if (!this.#looped) return modemLines;
    return (
      ((modemControl & ModemControl.rts) !== 0 ? ModemStatus.cts : 0) |
      ((modemControl & ModemControl.dtr) !== 0 ? ModemStatus.dsr : 0) |
      ((modemControl & ModemControl.out1) !== 0 ? ModemStatus.ri : 0) |
      ((modemControl & ModemControl.out2) !== 0 ? ModemStatus.dcd : 0)
    );
  }

  /** The delta bits tell of every change of CTS, DSR and DCD, but only of the end of RI. */
  #modemChanged(): void {
    const state = this.#state;
    const levels = this.#modemLevels();
    const changed = (levels ^ state.modemStatus) & ~(levels & ModemStatus.ri) & ModemStatus.levels;
    state.modemStatus = levels | (state.modemStatus & ModemStatus.deltas) | (changed >> 4);
    this.#interrupt();
  }

  /** THR is empty again as soon as it is written: the interrupt goes and comes back, which is a new edge. */
  #transmit(byte: number): void {
    const state = this.#state;
    state.transmitterInterrupt = false;
    if (state.polls < POLLS_OF_A_READER) state.polls = 0;
    this.#interrupt();
    if (this.#looped) this.#loopBack(byte);
    else this.#line.write(Uint8Array.of(byte));
    state.transmitterInterrupt = true;
    this.#interrupt();
  }

  /** A byte may find no room here: the FIFO keeps what it has, the receiver buffer alone takes the new one (PC16550D, 8.4). */
  #loopBack(byte: number): void {
    const state = this.#state;
    const isFull = this.#roomInFifo() === 0;
    if (isFull) state.lineStatus |= LineStatus.overrun;
    if (!state.fifosEnabled) state.receiverFifo.clear();
    if (this.#roomInFifo() > 0) state.receiverFifo.push([byte]);
    this.#receiverChanged();
  }

  #roomInFifo(): number {
    return (this.#state.fifosEnabled ? FIFO_SIZE : 1) - this.#state.receiverFifo.length;
  }

  /** Takes what waits outside, if there is any that can be taken. */
  #listen(): void {
    if (this.#listening && this.#state.waiting.length > 0 && this.#roomInFifo() > 0) this.#receiverChanged();
  }

  /** Fills the FIFO from outside and sets its interrupts. */
  #receiverChanged(): void {
    const { receiverFifo, triggerLevel } = this.#state;
    if (this.#listening) this.#fillFifo();
    if (receiverFifo.length === 0) this.#clearReceiver();
    if (receiverFifo.length === 0 || receiverFifo.length >= triggerLevel) this.#timeout.disarm();
    else this.#timeout.arm(this.#clock.now() + 4 * this.#characterTime());
    this.#interrupt();
  }

  #fillFifo(): void {
    const { receiverFifo, waiting } = this.#state;
    const length = Math.min(waiting.length, this.#roomInFifo());
    for (let n = 0; n < length; n++) receiverFifo.push([waiting.shift()!]);
    if (length > 0) this.#line.taken(length);
  }

  #timedOut(): void {
    this.#state.characterTimeout = true;
    this.#interrupt();
  }

  /** Nanoseconds that one character takes on the line. */
  #characterTime(): number {
    const { lineControl, divisor } = this.#state;
    const dataBits = 5 + (lineControl & LineControl.wordLength);
    const parityBits = (lineControl & LineControl.parity) !== 0 ? 1 : 0;
    const stopBits = (lineControl & LineControl.stopBits) !== 0 ? 2 : 1;
    return ((1 + dataBits + parityBits + stopBits) * Math.max(divisor, 1) * 1e9) / BAUD_BASE;
  }

  /** The interrupt of the highest priority that is enabled and due. */
  #interruptId(): number {
    const state = this.#state;
    const enabled = (bit: number): boolean => (state.interruptEnable & bit) !== 0;
    if (enabled(InterruptEnable.lineStatus) && (state.lineStatus & LineStatus.errors) !== 0) {
      return InterruptId.lineStatus;
    }
    if (enabled(InterruptEnable.received)) {
      if (state.receiverFifo.length >= state.triggerLevel) return InterruptId.received;
      if (state.characterTimeout) return InterruptId.timeout;
    }
    if (enabled(InterruptEnable.transmitterEmpty) && state.transmitterInterrupt) return InterruptId.transmitterEmpty;
    if (enabled(InterruptEnable.modemStatus) && (state.modemStatus & ModemStatus.deltas) !== 0) {
      return InterruptId.modemStatus;
    }
    return InterruptId.none;
  }

  /** Whatever OUT2 is where it is not needed, and in loop mode, too, as in QEMU: kernels that were written there leave OUT2 out (xv6). */
  #interrupt(): void {
    this.#irq.set((this.#isConnected || !this.#needsOut2) && this.#interruptId() !== InterruptId.none);
  }
}
