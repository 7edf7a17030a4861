import { type Component, describe, u32 } from '../snapshot/describe.ts';

/** A wire with a level. Driving it to the level that it has does nothing. */
export interface Line {
  set(high: boolean): void;
}

/** An interrupt request line, high while it is raised. */
export interface IrqLine extends Line {
  raise(): void;
  lower(): void;
  /** A low pulse on an edge-triggered line: ends high, with a new edge whatever the level was. */
  pulse(): void;
}

/** A line from the function that drives it. */
export function irqLine(set: (high: boolean) => void): IrqLine {
  return {
    set,
    raise: () => set(true),
    lower: () => set(false),
    pulse() {
      set(false);
      set(true);
    },
  };
}

/** A line that goes nowhere. */
export const unconnectedLine: IrqLine = irqLine(() => {});

const sharedLineState = describe({ inputs: u32 });

/** Several devices on one line (COM1 and COM3, PCI functions, the gate of A20): high while any of at most 32 inputs is. */
export class SharedLine {
  readonly component: Component;
  readonly #output: Line;
  readonly #state = sharedLineState.create();
  #count = 0;

  constructor(name: string, output: Line) {
    this.#output = output;
    this.component = sharedLineState.bind(name, this.#state);
  }

  /** One more device's end of the line. */
  input(): IrqLine {
    if (this.#count === 32) throw new Error(`${this.component.name}: more than 32 inputs`);
    const mask = (1 << this.#count++) >>> 0;
    return irqLine((high) => this.#drive(mask, high));
  }

  #drive(mask: number, high: boolean): void {
    const { inputs } = this.#state;
    this.#state.inputs = (high ? inputs | mask : inputs & ~mask) >>> 0;
    this.#output.set(this.#state.inputs !== 0);
  }
}
