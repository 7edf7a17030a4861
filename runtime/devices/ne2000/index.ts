import type { PortBus } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { PciFunction } from '../pci/function.ts';
import { cardFunction, type PciCardOptions } from '../pci/network-card.ts';
import { portRange } from '../pci/range.ts';
import { Dp8390, type Dp8390Options } from './dp8390.ts';
import { CARD_PORTS, PciId } from './registers.ts';

export interface Ne2000IsaOptions extends Dp8390Options {
  readonly ports: PortBus;
  /** The first of its 32 ports. */
  readonly base: number;
}

/** Novell's NE2000 on the ISA bus. */
export class Ne2000Isa {
  readonly component: Component;
  readonly #chip: Dp8390;

  /** Throws PortError if the ports are taken. */
  constructor(options: Ne2000IsaOptions) {
    this.#chip = new Dp8390(options);
    this.component = this.#chip.component;
    for (const region of this.#chip.regions(options.base, [1, 2])) options.ports.register(region);
  }

  reset(): void {
    this.#chip.reset();
  }
}

export interface Ne2000PciOptions extends Dp8390Options, PciCardOptions {
  readonly ports: PortBus;
}

/** Realtek's RTL8029: an NE2000 on the PCI bus. */
export class Ne2000Pci {
  readonly pciFunction: PciFunction;
  readonly component: Component;
  readonly #chip: Dp8390;

  constructor(options: Ne2000PciOptions) {
    this.#chip = new Dp8390({ ...options, isRealtek: true });
    this.component = this.#chip.component;
    const range = portRange(options.ports, (base) => this.#chip.regions(base, [1, 2, 4]));
    this.pciFunction = cardFunction(options, PciId, [{ index: 0, space: 'io', size: CARD_PORTS, range }]);
  }

  reset(): void {
    this.#chip.reset();
  }
}
