import type { Line } from '../../bus/irq.ts';
import { Csr, Extended, Feature, Status } from './registers.ts';
import type { PcnetState } from './state.ts';

/** What has happened, in CSR0, 4 and 5, and the line that it drives. */
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
