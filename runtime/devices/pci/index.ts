import type { ReportGuestError } from '../../bus/guest-error.ts';
import { type AccessSize, allOnes, type PortBus } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { PciFunction } from './function.ts';
import { Address, Port } from './registers.ts';
import { busState } from './state.ts';

export interface PciBusOptions {
  readonly ports: PortBus;
  readonly guestError?: ReportGuestError;
  /** The IRQ of a device's interrupt pin (1-4), where no firmware tells it to its functions. */
  readonly irqOf?: (device: number, pin: number) => number;
  /** Whether a function is as if it were not there. */
  readonly isHidden?: (pciFunction: PciFunction) => boolean;
}

/** PCI bus 0 behind configuration mechanism #1. */
export class PciBus {
  readonly component: Component;
  readonly #state = busState.create();
  readonly #functions = new Map<number, PciFunction>();
  readonly #guestError: ReportGuestError | undefined;
  readonly #irqOf: PciBusOptions['irqOf'];
  readonly #isHidden: (pciFunction: PciFunction) => boolean;

  constructor({ ports, guestError, irqOf, isHidden = () => false }: PciBusOptions) {
    this.#guestError = guestError;
    this.#irqOf = irqOf;
    this.#isHidden = isHidden;
    this.component = busState.bind('pci', this.#state);
    // Only 32-bit accesses reach the address register; others go to whoever has the ports, such as 0xcf9.
    ports.register({
      name: 'pci configuration address',
      first: Port.address,
      count: 1,
      sizes: [4],
      read: () => this.#state.address,
      write: (_port, _size, value) => {
        this.#state.address = value;
      },
    });
    ports.register({
      name: 'pci configuration data',
      first: Port.data,
      count: 4,
      sizes: [1, 2, 4],
      read: (port, size) => this.#read(port - Port.data, size),
      write: (port, size, value) => this.#write(port - Port.data, size, value),
    });
  }

  /** Throws an Error that names both if the place is taken. */
  add(pciFunction: PciFunction): void {
    const other = this.#functions.get(pciFunction.number);
    if (other !== undefined) throw new Error(`'${pciFunction.name}' and '${other.name}' are one PCI function`);
    this.#functions.set(pciFunction.number, pciFunction);
    if (this.#irqOf) pciFunction.tellIrq(this.#irqOf);
  }

  /** Takes a function away: nobody has its ports and its memory any more. */
  remove(pciFunction: PciFunction): void {
    this.#functions.delete(pciFunction.number);
    pciFunction.withdraw();
  }

  get functions(): readonly PciFunction[] {
    return [...this.#functions.values()];
  }

  /** Resets the bus and every function on it. */
  reset(): void {
    this.#state.address = 0;
    for (const pciFunction of this.#functions.values()) pciFunction.reset();
  }

  /** Where nothing is, reads give all ones (master abort). */
  #read(byte: number, size: AccessSize): number {
    return this.#selected()?.read(this.#offset(byte), size) ?? allOnes(size);
  }

  #write(byte: number, size: AccessSize, value: number): void {
    const selected = this.#selected();
    if (selected) selected.write(this.#offset(byte), size, value);
    else this.#guestError?.('PCI: write where no function is, at address', this.#state.address);
  }

  #offset(byte: number): number {
    return (this.#state.address & Address.registerMask) + byte;
  }

  #selected(): PciFunction | undefined {
    const { address } = this.#state;
    if (address < Address.enable || (address & Address.busMask) !== 0) return undefined;
    const selected = this.#functions.get((address >>> Address.functionShift) & 0xff);
    return selected === undefined || this.#isHidden(selected) ? undefined : selected;
  }
}
