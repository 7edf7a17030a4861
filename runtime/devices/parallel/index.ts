import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { HostStream } from '../../host/stream.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { ACKNOWLEDGE_TIME, BUSY_TIME, Control, PORT_COUNT, Register, Status } from './registers.ts';
import { Printer, parallelState } from './state.ts';

export interface ParallelOptions {
  /** Names the component, its ports and its timer: 'lpt1'. */
  readonly name: string;
  readonly base: number;
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly irq: IrqLine;
  /** Out: bytes that the guest prints. */
  readonly line: HostStream;
}

/** A parallel port in compatibility mode (SPP, with data lines that can be inputs) with a printer that takes everything. */
export class ParallelPort {
  readonly component: Component;
  readonly #state = parallelState.create();
  readonly #clock: Clock;
  readonly #irq: IrqLine;
  readonly #line: HostStream;
  readonly #printer: Timer;

  constructor({ name, base, ports, clock, events, irq, line }: ParallelOptions) {
    this.#clock = clock;
    this.#irq = irq;
    this.#line = line;
    this.#printer = events.timer(`${name} printer`, () => this.#goOn());
    this.component = parallelState.bind(name, this.#state);
    ports.register({
      name,
      first: base,
      count: PORT_COUNT,
      read: (port) => this.#read(port - base),
      write: (port, _, value) => this.#write(port - base, value),
    });
  }

  reset(): void {
    Object.assign(this.#state, parallelState.create());
    this.#printer.disarm();
    this.#irq.lower();
  }

  #read(register: number): number {
    const { data, control } = this.#state;
    // Nothing drives the data lines from outside.
    if (register === Register.data) return (control & Control.input) === 0 ? data : 0xff;
    return register === Register.status ? this.#status() : control | Control.fixed;
  }

  #status(): number {
    const { printer } = this.#state;
    const handshake =
      (printer === Printer.ready ? Status.notBusy : 0) | (printer === Printer.acknowledges ? 0 : Status.notAcknowledge);
    return handshake | Status.selected | Status.noError | Status.noEpp;
  }

  #write(register: number, value: number): void {
    if (register === Register.data) this.#state.data = value;
    else if (register === Register.control) this.#writeControl(value & Control.kept);
  }

  /** The printer takes the data as the strobe begins. */
  #writeControl(value: number): void {
    const rising = value & ~this.#state.control;
    this.#state.control = value;
    if ((value & Control.interrupt) === 0) this.#irq.lower();
    if ((rising & Control.strobe) !== 0 && (value & Control.notInitialize) !== 0) this.#print();
  }

  #print(): void {
    const state = this.#state;
    this.#line.write(Uint8Array.of(state.data));
    state.printer = Printer.busy;
    this.#irq.lower();
    this.#printer.arm(this.#clock.now() + BUSY_TIME);
  }

  /** The end of nAck interrupts. */
  #goOn(): void {
    const state = this.#state;
    if (state.printer === Printer.busy) {
      state.printer = Printer.acknowledges;
      this.#printer.arm(this.#clock.now() + ACKNOWLEDGE_TIME);
      return;
    }
    state.printer = Printer.ready;
    if ((state.control & Control.interrupt) !== 0) this.#irq.pulse();
  }
}
