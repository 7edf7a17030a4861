import { type Component, describe, list, type StateOf, u32 } from '../snapshot/describe.ts';

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

/** One line that ends at two places. */
export function bothLines(a: Line, b: Line): IrqLine {
  return irqLine((high) => {
    a.set(high);
    b.set(high);
  });
}

const sharedLineState = describe({ inputs: u32 });

const IRQ_COUNT = 16;
const irqLinesState = describe({ lines: list(IRQ_COUNT, sharedLineState) });

/** The interrupt requests of a PC as devices share them: COM1 and COM3, PCI functions, the SCI. */
export class IrqLines {
  readonly component: Component;
  readonly #state = irqLinesState.create();
  readonly #wires = new Map<number, WiredOr>();
  readonly #output: (irq: number) => Line;

  /** `output` gives the interrupt controller's end of each line that is asked for. */
  constructor(output: (irq: number) => Line) {
    this.#output = output;
    this.component = irqLinesState.bind('irq', this.#state);
  }

  /** One more device's end of the line of an IRQ, 0-15. */
  input(irq: number): IrqLine {
    const wire = this.#wires.get(irq) ?? new WiredOr(`irq ${irq}`, this.#state.lines[irq], this.#output(irq));
    this.#wires.set(irq, wire);
    return wire.input();
  }
}

/** Inputs that share an output; their levels are bits of `state.inputs`. */
class WiredOr {
  readonly #name: string;
  readonly #state: StateOf<typeof sharedLineState>;
  readonly #output: Line;
  /** Wiring: inputs handed out. */
  #count = 0;

  constructor(name: string, state: StateOf<typeof sharedLineState>, output: Line) {
    this.#name = name;
    this.#state = state;
    this.#output = output;
  }

  input(): IrqLine {
    if (this.#count === 32) throw new Error(`${this.#name}: more than 32 inputs`);
    const mask = (1 << this.#count++) >>> 0;
    return irqLine((high) => this.#change(mask, high));
  }

  #change(mask: number, high: boolean): void {
    const { inputs } = this.#state;
    this.#state.inputs = (high ? inputs | mask : inputs & ~mask) >>> 0;
    this.#output.set(this.#state.inputs !== 0);
  }
}
