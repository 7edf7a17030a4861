import { Port } from './registers.ts';
import type { VgaState } from './state.ts';

/** Port 3C7h tells what the index was written for. */
const READING = 3;

/** The DAC's ports 3C6h-3C9h. */
export interface DacPorts {
  read(port: number): number;
  write(port: number, value: number): void;
}

export interface DacParts {
  /** The bits that a component has: 0x3f or 0xff. */
  readonly componentMask: () => number;
  /** Where colors are read and written now: a power of 2 of them, indices beyond it wrap. */
  readonly colors: () => Uint8Array;
}

/** The palette DAC: 256 colors of three components, six bits each unless the adapter says otherwise. */
export class Dac implements DacPorts {
  readonly #state: VgaState;
  readonly #parts: DacParts;

  constructor(state: VgaState, parts: DacParts) {
    this.#state = state;
    this.#parts = parts;
  }

  read(port: number): number {
    const state = this.#state;
    if (port === Port.dacMask) return state.dacMask;
    if (port === Port.dacReadIndex) return state.dacReading ? READING : 0;
    if (port === Port.dacWriteIndex) return state.dacWriteIndex;
    return this.#readComponent();
  }

  write(port: number, value: number): void {
    const state = this.#state;
    if (port === Port.dacMask) state.dacMask = value;
    else if (port === Port.dacData) this.#writeComponent(value);
    else {
      state.dacReading = port === Port.dacReadIndex;
      state[state.dacReading ? 'dacReadIndex' : 'dacWriteIndex'] = value;
      state.dacComponent = 0;
    }
  }

  #readComponent(): number {
    const state = this.#state;
    const colors = this.#parts.colors();
    const value = colors[((3 * state.dacReadIndex) % colors.length) + state.dacComponent];
    if (this.#isLastComponent()) state.dacReadIndex = (state.dacReadIndex + 1) & 0xff;
    return value;
  }

  /** A color changes when its third component is written. */
  #writeComponent(value: number): void {
    const state = this.#state;
    state.dacPending[state.dacComponent] = value & this.#parts.componentMask();
    if (!this.#isLastComponent()) return;
    const colors = this.#parts.colors();
    colors.set(state.dacPending, (3 * state.dacWriteIndex) % colors.length);
    state.dacWriteIndex = (state.dacWriteIndex + 1) & 0xff;
  }

  /** Goes on to the next component. */
  #isLastComponent(): boolean {
    this.#state.dacComponent = (this.#state.dacComponent + 1) % 3;
    return this.#state.dacComponent === 0;
  }
}
