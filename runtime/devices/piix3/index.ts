import { type IrqLine, irqLine, type Line } from '../../bus/irq.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { PowerControl } from '../../bus/power.ts';
import type { Component } from '../../snapshot/describe.ts';
import { PciFunction } from '../pci/function.ts';
import { Header } from '../pci/registers.ts';
import { Id, PIRQ_COUNT, PIRQ_ROUTE, Pirq, pirqOf, RESET_PORT, ResetControl, ROUTABLE_IRQS } from './registers.ts';
import { bridgeState } from './state.ts';

export interface IsaBridgeOptions {
  readonly ports: PortBus;
  readonly power: PowerControl;
  /** The bridge's own end of the line of each IRQ that a PIRQ can be routed to. */
  readonly irq: (number: number) => Line;
  /** IRQs that PIRQ A-D are routed to after a reset, for systems that are started without firmware; 0: none. */
  readonly routes?: readonly number[];
}

/** The PIIX3 ISA bridge, function 0 of device 1: routes the PCI interrupts, and resets the machine. */
export class IsaBridge {
  /** The PCI function, to be put on the bus. */
  readonly pciFunction: PciFunction;
  /** State beyond that of the function. */
  readonly component: Component;
  readonly #state = bridgeState.create();
  readonly #power: PowerControl;
  readonly #irqs: readonly (Line | undefined)[];

  constructor({ ports, power, irq, routes = [] }: IsaBridgeOptions) {
    this.#power = power;
    this.#irqs = Array.from({ length: 16 }, (_, number) => ((ROUTABLE_IRQS >> number) & 1 ? irq(number) : undefined));
    this.component = bridgeState.bind('piix3 interrupts and reset', this.#state);
    this.pciFunction = new PciFunction({
      name: 'piix3',
      device: 1,
      function: 0,
      ...Id,
      multifunction: true,
      registers: configRegisters(routes),
      // A load must not drive lines: their levels are loaded too.
      written: () => this.#route(),
    });
    ports.register({
      name: 'reset control',
      first: RESET_PORT,
      count: 1,
      read: () => this.#state.resetControl,
      write: (_port, _size, value) => this.#writeResetControl(value),
    });
  }

  reset(): void {
    this.#state.pins.fill(0);
    this.#state.resetControl = 0;
    this.#route();
  }

  /** The line of interrupt pin 1-4 (INTA# to INTD#) of a PCI device; pins of devices one after the other rotate. */
  interrupt(device: number, pin: number): IrqLine {
    const pirq = pirqOf(device, pin);
    const bit = (1 << device) >>> 0;
    return irqLine((high) => this.#drive(pirq, bit, high));
  }

  /** A PCI device is no more: it holds no line. */
  release(device: number): void {
    for (const [pirq] of this.#state.pins.entries()) this.#drive(pirq, (1 << device) >>> 0, false);
  }

  #drive(pirq: number, bit: number, high: boolean): void {
    const { pins } = this.#state;
    pins[pirq] = (high ? pins[pirq] | bit : pins[pirq] & ~bit) >>> 0;
    this.#route();
  }

  /** The IRQ that PIRQ A-D (0-3) is routed to; 0 if it is not. */
  routeOf(pirq: number): number {
    const route = this.pciFunction.read(PIRQ_ROUTE + pirq, 1);
    return (route & Pirq.disabled) === 0 ? route & Pirq.irq : 0;
  }

  /** Drives each IRQ with the PIRQs that are routed to it. */
  #route(): void {
    let high = 0;
    this.#state.pins.forEach((pins, pirq) => {
      if (pins !== 0) high |= 1 << this.routeOf(pirq);
    });
    this.#irqs.forEach((line, irq) => {
      line?.set((high & (1 << irq)) !== 0);
    });
  }

  /** Bit 2 resets when it changes from 0 to 1. */
  #writeResetControl(value: number): void {
    const rising = value & ~this.#state.resetControl;
    this.#state.resetControl = value & (ResetControl.hard | ResetControl.resetCpu);
    if ((rising & ResetControl.resetCpu) !== 0) this.#power.reset();
  }
}

function configRegisters(routes: readonly number[]) {
  const pirqs = Array.from({ length: PIRQ_COUNT }, (_, pirq) => ({
    offset: PIRQ_ROUTE + pirq,
    size: 1 as const,
    value: (routes[pirq] ?? 0) === 0 ? Pirq.disabled : routes[pirq],
    writable: Pirq.disabled | Pirq.irq,
  }));
  return [
    // I/O, memory and bus mastering cannot be turned off.
    { offset: Header.command, size: 2 as const, value: 0x0007, writable: 0x0108 },
    { offset: Header.status, size: 2 as const, value: 0x0200 },
    // ISA recovery timer, X-bus chip select, top of memory: kept, without effect.
    { offset: 0x4c, size: 1 as const, value: 0x4d, writable: 0xff },
    { offset: 0x4e, size: 2 as const, value: 0x0003, writable: 0xffff },
    ...pirqs,
    { offset: 0x69, size: 1 as const, value: 0x02, writable: 0xfe },
  ];
}
