import { type IrqLine, irqLine } from '../../bus/irq.ts';
import type { PortBus, PortRegion } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import { Chip } from './chip.ts';
import { CASCADE, ELCR_MASTER_MASK, ELCR_SLAVE_MASK, Port } from './registers.ts';
import { picState } from './state.ts';

const ALL_INPUTS = 0xff;

export interface PicOptions {
  readonly ports: PortBus;
}

/** The PC's two 8259A: IRQ 0-7 at the master, IRQ 8-15 at the slave, whose INT output is the master's input 2. */
export class Pic8259 {
  readonly component: Component;
  /** Called when the INT output to the CPU rises. */
  onPending: () => void = () => {};
  /** Called when the request of an IRQ has been taken into service. */
  onAcknowledge: (irq: number) => void = () => {};
  readonly #state = picState.create();
  readonly #master = new Chip(this.#state.master, 1 << CASCADE);
  readonly #slave = new Chip(this.#state.slave, 0);
  /** Derived: the level of the output. */
  #pending = false;

  constructor({ ports }: PicOptions) {
    this.component = picState.bind('pic', this.#state, { restored: () => this.#output(this.#master.output) });
    this.#slave.onOutput = (high) => this.#master.drive(CASCADE, high);
    this.#master.onOutput = (high) => this.#output(high);
    this.#master.onAcknowledge = (input) => this.onAcknowledge(input);
    this.#slave.onAcknowledge = (input) => this.onAcknowledge(input + 8);
    ports.register(chipPorts('pic master', Port.master, this.#master));
    ports.register(chipPorts('pic slave', Port.slave, this.#slave));
    ports.register(elcrPort('pic elcr master', Port.elcrMaster, ELCR_MASTER_MASK, this.#master));
    ports.register(elcrPort('pic elcr slave', Port.elcrSlave, ELCR_SLAVE_MASK, this.#slave));
  }

  /** The INT output: the CPU is to acknowledge if its IF allows. */
  get pending(): boolean {
    return this.#pending;
  }

  /** Whether the request of some IRQ would reach the CPU: it is not masked, and nothing in service holds it back. */
  get isOpen(): boolean {
    const cascade = this.#slave.candidate(ALL_INPUTS) < 0 ? 1 << CASCADE : 0;
    return this.#master.candidate(ALL_INPUTS & ~cascade) >= 0;
  }

  /** The CPU's INTA cycles: takes the request of the highest priority into service and gives its vector. */
  acknowledge(): number {
    const input = this.#master.candidate();
    const vector = this.#master.acknowledge(input);
    return input === CASCADE ? this.#slave.acknowledge(this.#slave.candidate()) : vector;
  }

  /** The line of an IRQ, 0-15 without 2. */
  line(irq: number): IrqLine {
    if (irq < 0 || irq > 15 || irq === CASCADE) throw new Error(`there is no IRQ ${irq}`);
    const chip = irq < 8 ? this.#master : this.#slave;
    return irqLine((high) => chip.drive(irq & 7, high));
  }

  /** Back to power-on; the lines keep the levels that devices drive. */
  reset(): void {
    this.#slave.reset();
    this.#master.reset();
    this.#output(false);
  }

  #output(high: boolean): void {
    const rises = high && !this.#pending;
    this.#pending = high;
    if (rises) this.onPending();
  }
}

function chipPorts(name: string, first: number, chip: Chip): PortRegion {
  return {
    name,
    first,
    count: 2,
    read: (port) => chip.read(port - first),
    write: (port, _, value) => chip.write(port - first, value),
  };
}

function elcrPort(name: string, first: number, mask: number, chip: Chip): PortRegion {
  return {
    name,
    first,
    count: 1,
    read: () => chip.state.levelTriggered,
    write: (_port, _size, value) => chip.setLevelTriggered(value & mask),
  };
}
