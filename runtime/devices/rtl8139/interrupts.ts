import type { Line } from '../../bus/irq.ts';
import type { Rtl8139State } from './state.ts';

/** The interrupt status, and the line that it drives with its mask. */
export class Interrupts {
  readonly #state: Rtl8139State;
  readonly #line: Line;

  constructor(state: Rtl8139State, line: Line) {
    this.#state = state;
    this.#line = line;
  }

  raise(bits: number): void {
    this.#state.interruptStatus |= bits;
    this.drive();
  }

  clear(bits: number): void {
    this.#state.interruptStatus &= ~bits;
    this.drive();
  }

  drive(): void {
    this.#line.set((this.#state.interruptStatus & this.#state.interruptMask) !== 0);
  }
}
