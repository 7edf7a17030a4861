import type { A20Gate } from '../../bus/a20-gate.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { PowerControl } from '../../bus/power.ts';
import type { Component } from '../../snapshot/describe.ts';
import { PORT, SystemControl } from './registers.ts';
import { port92State } from './state.ts';

export interface Port92Options {
  readonly ports: PortBus;
  readonly power: PowerControl;
  readonly a20: A20Gate;
}

/** System control port A: fast A20 gate and fast reset. */
export class Port92 {
  readonly component: Component;
  readonly #state = port92State.create();
  readonly #options: Port92Options;

  constructor(options: Port92Options) {
    this.#options = options;
    this.component = port92State.bind('port 0x92', this.#state);
    options.ports.register({
      name: 'system control port A',
      first: PORT,
      count: 1,
      read: () => (this.#state.value & SystemControl.reset) | (options.a20.isOpen ? SystemControl.a20 : 0),
      write: (_port, _size, value) => this.#write(value),
    });
  }

  /** The keyboard controller's reset opens the gate. */
  reset(): void {
    this.#state.value = 0;
  }

  /** The reset bit acts when it changes from 0 to 1. */
  #write(value: number): void {
    const rising = value & ~this.#state.value;
    this.#state.value = value & SystemControl.reset;
    this.#options.a20.set((value & SystemControl.a20) !== 0);
    if ((rising & SystemControl.reset) !== 0) this.#options.power.reset();
  }
}
