import { Dac, type DacPorts } from '../vga/dac.ts';
import { Port } from '../vga/registers.ts';
import { Cursor, Sequencer } from './registers.ts';
import type { CirrusState } from './state.ts';

const HIDDEN_AFTER = 4;
const COMPONENT_MASK = 0x3f;

/**
 * The palette DAC, with a hidden register that says what pixels of 16 bits are: it is at the mask's port after four reads there
 * (manual, "HDR"). The cursor's colors are in the place of the others while SR12 says so.
 */
export class CirrusDac implements DacPorts {
  readonly #state: CirrusState;
  readonly #colors: Dac;

  constructor(state: CirrusState) {
    this.#state = state;
    this.#colors = new Dac(state, {
      componentMask: () => COMPONENT_MASK,
      colors: () =>
        (state.sequencer[Sequencer.cursor] & Cursor.ownColors) !== 0 ? state.cursorPalette : state.palette,
    });
  }

  read(port: number): number {
    const state = this.#state;
    const isHidden = port === Port.dacMask && state.maskReads === HIDDEN_AFTER;
    state.maskReads = port === Port.dacMask && !isHidden ? state.maskReads + 1 : 0;
    return isHidden ? state.hiddenDac : this.#colors.read(port);
  }

  write(port: number, value: number): void {
    const state = this.#state;
    if (port === Port.dacMask && state.maskReads === HIDDEN_AFTER) state.hiddenDac = value;
    else this.#colors.write(port, value);
    state.maskReads = 0;
  }
}
