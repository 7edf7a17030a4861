import { type Component, describe, u32 } from '../snapshot/describe.ts';

/** 0: closed. Snapshots of earlier versions have the levels of two ORed inputs here. */
const gateState = describe({ inputs: u32 });

/**
 * The gate of A20. Port 92h and the keyboard controller open and close it; it is as whoever came last left it, as in QEMU and Bochs.
 * With the two ORed, as chip sets had it, a guest that knows one of them could not close what firmware opened by the other.
 */
export class A20Gate {
  readonly component: Component;
  readonly #state = gateState.create();
  readonly #moved: (open: boolean) => void;

  /** `moved` is called when it opens, closes, or was restored. */
  constructor(moved: (open: boolean) => void) {
    this.#moved = moved;
    this.component = gateState.bind('a20', this.#state, { restored: () => moved(this.isOpen) });
  }

  get isOpen(): boolean {
    return this.#state.inputs !== 0;
  }

  set(open: boolean): void {
    if (open === this.isOpen) return;
    this.#state.inputs = open ? 1 : 0;
    this.#moved(open);
  }
}
