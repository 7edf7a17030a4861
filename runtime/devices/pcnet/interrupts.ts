import type { Line } from '../../bus/irq.ts';
import { Csr, Extended, Feature, Status } from './registers.ts';
import type { PcnetState } from './state.ts';

/** The interrupt causes in CSR0, CSR4 and CSR5, and the interrupt line that they drive. */
export class Interrupts {
  readonly #state: PcnetState;
  readonly #line: Line;

  constructor(state: PcnetState, line: Line) {
    this.#state = state;
    this.#line = line;
  }

  /** Bits of CSR0. */
  raise(bits: number): void {
    this.#state.csr[Csr.status]! |= bits;
    this.drive();
  }

  drive(): void {
    const { csr } = this.#state;
    const [status, features, extended] = [csr[Csr.status]!, csr[Csr.features]!, csr[Csr.extended]!];
    const isEnabled = (status & Status.interruptEnable) !== 0;
    const happened =
      (status & ~csr[Csr.interruptMask]! & Status.interrupting) |
      ((features >> 1) & ~features & Feature.masks) |
      (features & Feature.userInterrupt) |
      ((extended >> 1) & extended & Extended.gated);
    const isAlways = ((extended >> 1) & extended & Extended.always) !== 0;
    csr[Csr.status] = happened !== 0 || isAlways ? status | Status.interrupt : status & ~Status.interrupt;
    this.#line.set(isAlways || (isEnabled && happened !== 0));
  }
}
