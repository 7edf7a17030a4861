import { Port, Vbe, VbeEnable } from './registers.ts';
import type { VgaState } from './state.ts';

/** Port 3C7h tells what the index was written for. */
const READING = 3;

/** The palette DAC: 256 colors of three components, six bits each, or eight where VBE says so. */
export class Dac {
  readonly #state: VgaState;

  constructor(state: VgaState) {
    this.#state = state;
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
    const value = state.palette[3 * state.dacReadIndex + state.dacComponent];
    if (this.#isLastComponent()) state.dacReadIndex = (state.dacReadIndex + 1) & 0xff;
    return value;
  }

  /** A color changes when its third component is written. */
  #writeComponent(value: number): void {
    const state = this.#state;
    const wide = (state.vbe[Vbe.enable] & VbeEnable.dac8) !== 0;
    state.dacPending[state.dacComponent] = wide ? value : value & 0x3f;
    if (!this.#isLastComponent()) return;
    state.palette.set(state.dacPending, 3 * state.dacWriteIndex);
    state.dacWriteIndex = (state.dacWriteIndex + 1) & 0xff;
  }

  /** Goes on to the next component. */
  #isLastComponent(): boolean {
    this.#state.dacComponent = (this.#state.dacComponent + 1) % 3;
    return this.#state.dacComponent === 0;
  }
}
