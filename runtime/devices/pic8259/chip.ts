import { Icw1, Icw4, Ocw2, Ocw3 } from './registers.ts';
import { type ChipState, chipState } from './state.ts';

/** One 8259A (Intel 231468). Inputs and bits are numbered alike. */
export class Chip {
  /** Called when the INT output may have changed. */
  onOutput: (high: boolean) => void = () => {};
  /** Called when a request has been taken into service. */
  onAcknowledge: (input: number) => void = () => {};
  readonly state: ChipState;
  /** Inputs that slaves drive, which special fully nested mode lets through while they are in service. */
  readonly #slaves: number;

  constructor(state: ChipState, slaves: number) {
    this.state = state;
    this.#slaves = slaves;
    this.reset();
  }

  /** Undefined in hardware until ICW1-4 are written; here nothing gets through until then. */
  reset(): void {
    Object.assign(this.state, { ...chipState.create(), lines: this.state.lines, lowest: 7, mask: 0xff });
  }

  /** The INT output. */
  get output(): boolean {
    return this.candidate() >= 0;
  }

  /** The input to be acknowledged next, -1 if there is none; of other requests than those that there are, if given. */
  candidate(requests = this.state.requests): number {
    const { state } = this;
    const wanted = requests & ~state.mask;
    if (wanted === 0) return -1;
    for (let rank = 1; rank <= 8; rank++) {
      const input = (state.lowest + rank) & 7;
      const bit = 1 << input;
      if ((wanted & bit) !== 0 && !this.#holdsBack(bit)) return input;
      if (this.#blocksLower(bit)) return -1;
    }
    return -1;
  }

  /** A request in service holds itself back, except from its slave in special fully nested mode. */
  #holdsBack(bit: number): boolean {
    const { state } = this;
    if ((state.inService & bit) === 0) return false;
    return !(state.specialFullyNested && (bit & this.#slaves) !== 0);
  }

  /** One in service holds back all of lower priority, unless it is masked in special mask mode. */
  #blocksLower(bit: number): boolean {
    const { state } = this;
    return (state.inService & bit) !== 0 && !(state.specialMask && (state.mask & bit) !== 0);
  }

  /** The level of an input. */
  drive(input: number, high: boolean): void {
    const { state } = this;
    const bit = 1 << input;
    if (high === ((state.lines & bit) !== 0)) return;
    state.lines ^= bit;
    // The request latch follows the input down: a request that goes away before its acknowledge is a spurious one.
    if (high) state.requests |= bit;
    else state.requests &= ~bit;
    this.#changed();
  }

  /** INTA: takes the candidate into service. The vector; that of input 7 if the request has gone (spurious). */
  acknowledge(input: number): number {
    const { state } = this;
    if (input < 0) return state.vectorBase + 7;
    this.#takeIntoService(input);
    // INT drops with every acknowledge, so that an edge-triggered master sees what is still requested as new.
    this.onOutput(false);
    this.#changed();
    this.onAcknowledge(input);
    return state.vectorBase + input;
  }

  #takeIntoService(input: number): void {
    const { state } = this;
    const bit = 1 << input;
    if ((state.levelTriggered & bit) === 0) state.requests &= ~bit;
    if (!state.automaticEoi) state.inService |= bit;
    else if (state.rotateOnAutomaticEoi) state.lowest = input;
  }

  /** Changes which inputs are level-triggered: the ELCR alone says that, as in a PIIX3, where ICW1.LTIM does nothing (82371FB/SB data sheet, ICW1). */
  setLevelTriggered(inputs: number): void {
    this.state.levelTriggered = inputs;
    this.state.requests |= this.state.lines & inputs;
    this.#changed();
  }

  /** A read of A0 = 0 or 1. */
  read(address: number): number {
    const { state } = this;
    if (state.poll) return this.#answerPoll();
    if (address === 1) return state.mask;
    return state.readInService ? state.inService : state.requests;
  }

  /** A poll is an acknowledge: bit 7 tells if there was a request, bits 0-2 which. */
  #answerPoll(): number {
    const input = this.candidate();
    this.state.poll = false;
    if (input < 0) return 0;
    this.acknowledge(input);
    return 0x80 | input;
  }

  write(address: number, value: number): void {
    if (address === 1) this.#writeHigh(value);
    else if ((value & Icw1.select) !== 0) this.#initialise(value);
    else if ((value & Ocw3.select) !== 0) this.#writeOcw3(value);
    else this.#writeOcw2(value);
    this.#changed();
  }

  /** ICW1 clears the edge detectors, the mask and the modes. */
  #initialise(value: number): void {
    const { state } = this;
    Object.assign(state, {
      expectedIcw: 2,
      icw4Needed: (value & Icw1.icw4Needed) !== 0,
      single: (value & Icw1.single) !== 0,
      allLevel: (value & Icw1.levelTriggered) !== 0,
      mask: 0,
      inService: 0,
      lowest: 7,
      automaticEoi: false,
      rotateOnAutomaticEoi: false,
      specialFullyNested: false,
      specialMask: false,
      readInService: false,
      poll: false,
    } satisfies Partial<ChipState>);
    state.requests = state.lines & state.levelTriggered;
  }

  #writeHigh(value: number): void {
    const { state } = this;
    if (state.expectedIcw === 0) state.mask = value;
    else if (state.expectedIcw === 2) state.vectorBase = value & 0xf8;
    else if (state.expectedIcw === 3) state.cascade = value;
    else this.#writeIcw4(value);
    if (state.expectedIcw !== 0) state.expectedIcw = this.#nextIcw();
  }

  #nextIcw(): number {
    const { expectedIcw, single, icw4Needed } = this.state;
    if (expectedIcw === 2 && !single) return 3;
    return expectedIcw < 4 && icw4Needed ? 4 : 0;
  }

  #writeIcw4(value: number): void {
    this.state.automaticEoi = (value & Icw4.automaticEoi) !== 0;
    this.state.specialFullyNested = (value & Icw4.specialFullyNested) !== 0;
  }

  #writeOcw3(value: number): void {
    const { state } = this;
    if ((value & Ocw3.poll) !== 0) state.poll = true;
    else if ((value & Ocw3.readRegister) !== 0) state.readInService = (value & Ocw3.readIsr) !== 0;
    if ((value & Ocw3.setSpecialMask) !== 0) state.specialMask = (value & Ocw3.specialMask) !== 0;
  }

  /** EOI and rotation: the eight commands of OCW2's R, SL and EOI bits (data sheet, figure 8). */
  #writeOcw2(value: number): void {
    const { state } = this;
    const level = value & Ocw2.level;
    switch (value & Ocw2.command) {
      case Ocw2.rotate | Ocw2.specific:
        state.lowest = level;
        break;
      case Ocw2.rotate:
        state.rotateOnAutomaticEoi = true;
        break;
      case 0:
        state.rotateOnAutomaticEoi = false;
        break;
      case Ocw2.specific:
        break;
      default:
        this.#endOfInterrupt(value);
    }
  }

  #endOfInterrupt(value: number): void {
    const { state } = this;
    const input = (value & Ocw2.specific) !== 0 ? value & Ocw2.level : this.#highestInService();
    if (input < 0) return;
    state.inService &= ~(1 << input);
    if ((value & Ocw2.rotate) !== 0) state.lowest = input;
  }

  /** For a non-specific EOI; special mask mode leaves out those that are masked. */
  #highestInService(): number {
    const { state } = this;
    const inService = state.inService & (state.specialMask ? ~state.mask : 0xff);
    for (let rank = 1; rank <= 8; rank++) {
      const input = (state.lowest + rank) & 7;
      if ((inService & (1 << input)) !== 0) return input;
    }
    return -1;
  }

  #changed(): void {
    this.onOutput(this.output);
  }
}
