import type { IrqLine } from '../../bus/irq.ts';
import type { Msi } from '../pci/msi.ts';
import type { Msix } from '../pci/msix.ts';
import { type VectorsState, vectorsState } from './state.ts';

export interface InterruptsOptions {
  readonly state: VectorsState;
  readonly irq: IrqLine;
  /** Null: there are none. */
  readonly msi: Msi | null;
  readonly msix: Msix | null;
}

/** The card's interrupts, by their vectors: messages, or the pin until the driver has read the cause. */
export class Interrupts {
  readonly #options: InterruptsOptions;

  constructor(options: InterruptsOptions) {
    this.#options = options;
  }

  reset(): void {
    Object.assign(this.#options.state, vectorsState.create());
    this.drive();
  }

  get #sendsMessages(): boolean {
    const { msi, msix } = this.#options;
    return msix?.isEnabled === true || msi?.isEnabled === true;
  }

  isMasked(vector: number): boolean {
    return this.#options.state.vectors[vector]!.isMasked;
  }

  setMask(vector: number, isMasked: boolean): void {
    this.#options.state.vectors[vector]!.isMasked = isMasked;
    this.#update(vector);
  }

  raise(number: number): void {
    const { masksItself, vectors } = this.#options.state;
    const vector = vectors[number];
    if (vector === undefined) return;
    vector.isPending = true;
    this.#update(number);
    if (masksItself && this.#sendsMessages) vector.isMasked = true;
  }

  /** Reads the cause of the pin's interrupt, which is gone then. */
  takeCause(): number {
    const { masksItself, vectors } = this.#options.state;
    const vector = vectors[0]!;
    if (!vector.isAsserted) return 0;
    Object.assign(vector, { isPending: false, isAsserted: false });
    if (masksItself) vector.isMasked = true;
    this.drive();
    return 1;
  }

  #update(number: number): void {
    const vector = this.#options.state.vectors[number]!;
    if (!vector.isPending || vector.isMasked || vector.isAsserted) return;
    vector.isPending = false;
    const { msi, msix } = this.#options;
    if (msix?.isEnabled) msix.raise(number);
    else if (msi?.isEnabled) msi.raise();
    else {
      vector.isAsserted = true;
      this.drive();
    }
  }

  /** Messages take the place of the pin. */
  drive(): void {
    const { irq, state } = this.#options;
    irq.set(!this.#sendsMessages && state.vectors.some(({ isAsserted }) => isAsserted));
  }
}
