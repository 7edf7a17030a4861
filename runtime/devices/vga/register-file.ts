import type { Clock } from '../../time/clock.ts';
import { Dac } from './dac.ts';
import {
  ATTRIBUTE_WRITABLE,
  CRTC_PROTECT,
  Crtc,
  GRAPHICS_WRITABLE,
  Miscellaneous,
  MONOCHROME,
  Overflow,
  Port,
  SEQUENCER_WRITABLE,
} from './registers.ts';
import { inputStatus } from './retrace.ts';
import type { VgaState } from './state.ts';

/** The registers at ports 3B0h-3DFh. */
export class RegisterFile {
  readonly #state: VgaState;
  readonly #clock: Clock;
  readonly #dac: Dac;
  /** Called after a write that may change where memory is or how it is written. */
  readonly #changed: () => void;

  constructor(state: VgaState, clock: Clock, changed: () => void) {
    this.#state = state;
    this.#clock = clock;
    this.#dac = new Dac(state);
    this.#changed = changed;
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
        return state.sequencer[state.sequencerIndex];
      case Port.dacMask:
      case Port.dacReadIndex:
      case Port.dacWriteIndex:
      case Port.dacData:
        return this.#dac.read(port);
      case Port.featureRead:
        return state.featureControl;
      case Port.miscellaneousRead:
        return state.miscellaneous;
      case Port.graphicsIndex:
        return state.graphicsIndex;
      case Port.graphicsData:
        return state.graphics[state.graphicsIndex];
      default:
        return 0;
    }
  }

  #writeFixed(port: number, value: number): void {
    const state = this.#state;
    switch (port) {
      case Port.attribute:
        this.#writeAttribute(value);
        break;
      case Port.miscellaneous:
        state.miscellaneous = value & Miscellaneous.writable;
        this.#changed();
        break;
      case Port.sequencerIndex:
        state.sequencerIndex = value & 7;
        break;
      case Port.sequencerData:
        state.sequencer[state.sequencerIndex] = value & SEQUENCER_WRITABLE[state.sequencerIndex];
        this.#changed();
        break;
      case Port.dacMask:
      case Port.dacReadIndex:
      case Port.dacWriteIndex:
      case Port.dacData:
        this.#dac.write(port, value);
        break;
      case Port.graphicsIndex:
        state.graphicsIndex = value & 15;
        break;
      case Port.graphicsData:
        state.graphics[state.graphicsIndex] = value & GRAPHICS_WRITABLE[state.graphicsIndex];
        this.#changed();
    }
  }

  /** The ports that the miscellaneous output moves, `port` as with colors: nothing answers at those not chosen. */
  #readMoved(port: number, monochrome: boolean): number {
    if (monochrome !== this.#isMonochrome) return 0xff;
    const state = this.#state;
    if (port === Port.crtcIndex) return state.crtcIndex;
    if (port === Port.crtcData) return state.crtc[state.crtcIndex];
    if (port !== Port.inputStatus1) return 0;
    state.attributeDataNext = false;
    return inputStatus(state, this.#clock.now());
  }

  #writeMoved(port: number, monochrome: boolean, value: number): void {
    if (monochrome !== this.#isMonochrome) return;
    const state = this.#state;
    if (port === Port.crtcIndex) state.crtcIndex = value;
    else if (port === Port.crtcData) this.#writeCrtc(value);
    else if (port === Port.inputStatus1) state.featureControl = value & 0x10;
  }

  get #isMonochrome(): boolean {
    return (this.#state.miscellaneous & Miscellaneous.color) === 0;
  }

  /** Index and data by turns. As on many cards the palette can be written while it is displayed. */
  #writeAttribute(value: number): void {
    const state = this.#state;
    const index = state.attributeIndex & 0x1f;
    if (!state.attributeDataNext) state.attributeIndex = value & 0x3f;
    else if (index < ATTRIBUTE_WRITABLE.length) state.attribute[index] = value & ATTRIBUTE_WRITABLE[index];
    state.attributeDataNext = !state.attributeDataNext;
  }

  #writeCrtc(value: number): void {
    const { crtc, crtcIndex } = this.#state;
    const isProtected = crtcIndex <= Crtc.overflow && (crtc[Crtc.verticalRetraceEnd] & CRTC_PROTECT) !== 0;
    if (!isProtected) crtc[crtcIndex] = value;
    else if (crtcIndex === Crtc.overflow) {
      crtc[crtcIndex] = (crtc[crtcIndex] & ~Overflow.lineCompare8) | (value & Overflow.lineCompare8);
    }
    this.#changed();
  }
}
