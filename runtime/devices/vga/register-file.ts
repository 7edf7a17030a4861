import type { Clock } from '../../time/clock.ts';
import type { DacPorts } from './dac.ts';
import type { IndexedRegisters, RegisterSets } from './indexed-registers.ts';
import { ATTRIBUTE_WRITABLE, Miscellaneous, MONOCHROME, Port } from './registers.ts';
import { inputStatus, type Timing } from './retrace.ts';
import type { VgaState } from './state.ts';

/** The parts of the ports in which adapters differ. */
export interface RegisterParts {
  readonly sets: RegisterSets;
  readonly dac: DacPorts;
  /** How the beam runs. */
  readonly timing: () => Timing;
  /** Called after a write that may change where memory is or how it is written. */
  readonly changed: () => void;
}

/** The registers at ports 3B0h-3DFh. */
export class RegisterFile {
  readonly #state: VgaState;
  readonly #clock: Clock;
  readonly #parts: RegisterParts;

  constructor(state: VgaState, clock: Clock, parts: RegisterParts) {
    this.#state = state;
    this.#clock = clock;
    this.#parts = parts;
  }

  readPort(port: number): number {
    if (port < Port.attribute) return this.#readMoved(port + MONOCHROME, true);
    return port < Port.crtcIndex ? this.#readFixed(port) : this.#readMoved(port, false);
  }

  writePort(port: number, value: number): void {
    if (port < Port.attribute) this.#writeMoved(port + MONOCHROME, true, value);
    else if (port < Port.crtcIndex) this.#writeFixed(port, value);
    else this.#writeMoved(port, false, value);
  }

  #readFixed(port: number): number {
    const state = this.#state;
    switch (port) {
      case Port.attribute:
        return state.attributeDataNext ? 0 : state.attributeIndex;
      case Port.attributeRead:
        return state.attribute[state.attributeIndex & 0x1f];
      case Port.sequencerIndex:
        return state.sequencerIndex;
      case Port.sequencerData:
        return this.#parts.sets.sequencer.read(state.sequencerIndex);
      case Port.dacMask:
      case Port.dacReadIndex:
      case Port.dacWriteIndex:
      case Port.dacData:
        return this.#parts.dac.read(port);
      case Port.featureRead:
        return state.featureControl;
      case Port.miscellaneousRead:
        return state.miscellaneous;
      case Port.graphicsIndex:
        return state.graphicsIndex;
      case Port.graphicsData:
        return this.#parts.sets.graphics.read(state.graphicsIndex);
      default:
        return 0;
    }
  }

  #writeFixed(port: number, value: number): void {
    const state = this.#state;
    const { sets } = this.#parts;
    switch (port) {
      case Port.attribute:
        this.#writeAttribute(value);
        break;
      case Port.miscellaneous:
        state.miscellaneous = value & Miscellaneous.writable;
        this.#parts.changed();
        break;
      case Port.sequencerIndex:
        state.sequencerIndex = value & sets.sequencer.indexMask;
        break;
      case Port.sequencerData:
        this.#write(sets.sequencer, state.sequencerIndex, value);
        break;
      case Port.dacMask:
      case Port.dacReadIndex:
      case Port.dacWriteIndex:
      case Port.dacData:
        this.#parts.dac.write(port, value);
        break;
      case Port.graphicsIndex:
        state.graphicsIndex = value & sets.graphics.indexMask;
        break;
      case Port.graphicsData:
        this.#write(sets.graphics, state.graphicsIndex, value);
    }
  }

  /** The ports that the miscellaneous output moves, `port` as with colors: nothing answers at those not chosen. */
  #readMoved(port: number, monochrome: boolean): number {
    if (monochrome !== this.#isMonochrome) return 0xff;
    const state = this.#state;
    if (port === Port.crtcIndex) return state.crtcIndex;
    if (port === Port.crtcData) return this.#parts.sets.crtc.read(state.crtcIndex);
    if (port !== Port.inputStatus1) return 0;
    state.attributeDataNext = false;
    return inputStatus(this.#parts.timing(), this.#clock.now());
  }

  #writeMoved(port: number, monochrome: boolean, value: number): void {
    if (monochrome !== this.#isMonochrome) return;
    const state = this.#state;
    const { sets } = this.#parts;
    if (port === Port.crtcIndex) state.crtcIndex = value & sets.crtc.indexMask;
    else if (port === Port.crtcData) this.#write(sets.crtc, state.crtcIndex, value);
    else if (port === Port.inputStatus1) state.featureControl = value & 0x10;
  }

  get #isMonochrome(): boolean {
    return (this.#state.miscellaneous & Miscellaneous.color) === 0;
  }

  /** Index and data alternately. As on many cards the palette can be written while it is displayed. */
  #writeAttribute(value: number): void {
    const state = this.#state;
    const index = state.attributeIndex & 0x1f;
    if (!state.attributeDataNext) state.attributeIndex = value & 0x3f;
    else if (index < ATTRIBUTE_WRITABLE.length) state.attribute[index] = value & ATTRIBUTE_WRITABLE[index];
    state.attributeDataNext = !state.attributeDataNext;
  }

  #write(registers: IndexedRegisters, index: number, value: number): void {
    registers.write(index, value);
    this.#parts.changed();
  }
}
