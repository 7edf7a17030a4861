import { advance, begin, type EnvelopeRates } from './envelope.ts';
import { withVibrato } from './modulation.ts';
import { Flags } from './registers.ts';
import { type OperatorState, SILENT, Stage } from './state.ts';
import { waveAt } from './waveforms.ts';

/** Counters and modulation of a sample that all operators follow. */
export interface Beat {
  readonly counter: number;
  readonly tremolo: number;
  readonly isVibratoDeep: boolean;
}

/** The pitch of a channel. */
export interface Pitch {
  /** Ten bits. */
  readonly frequency: number;
  readonly block: number;
  /** Four bits, by which rates grow with the pitch. */
  readonly keyCode: number;
}

/** An operator's registers, one of each group. */
export interface OperatorRegisters {
  readonly flags: number;
  readonly levels: number;
  readonly attackDecay: number;
  readonly sustainRelease: number;
  readonly waveform: number;
}

/** Twice the factors that the multiple stands for. */
const multiples = [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 20, 24, 24, 30, 30] as const;
/** Attenuation at block 7 of the upper four bits of frequency numbers at 3 dB an octave, in steps of 0.1875 dB. */
const keyLevels = [0, 48, 64, 74, 80, 86, 90, 94, 96, 100, 102, 104, 106, 108, 110, 112] as const;
/** By the two bits of the register: none, 3, 1.5 and 6 dB an octave, in halves of 3 dB. */
const keyLevelHalves = [0, 2, 1, 4] as const;
const PHASE_MASK = 0x7ffff;
/** From phase to place in the waveform. */
const PLACE_SHIFT = 9;
/** Attenuation of the last step of the sustain level. */
const LAST_SUSTAIN = 31;

/** One oscillator with its envelope. */
export class Operator {
  readonly state: OperatorState;
  // Derived from the registers.
  #registers: OperatorRegisters = { flags: 0, levels: 0, attackDecay: 0, sustainRelease: 0, waveform: 0 };
  // Derived from the channel's registers.
  #pitch: Pitch = { frequency: 0, block: 0, keyCode: 0 };
  // Derived from both.
  #rates: EnvelopeRates = ratesOf(this.#registers, this.#pitch);
  // Derived from both: attenuation without that of the envelope and the tremolo.
  #level = 0;

  constructor(state: OperatorState) {
    this.state = state;
  }

  /** Its registers, or its channel's pitch, have changed. */
  set(registers: OperatorRegisters, pitch: Pitch): void {
    this.#registers = registers;
    this.#pitch = pitch;
    this.#rates = ratesOf(registers, pitch);
    this.#level = levelOf(registers, pitch);
  }

  get isSilent(): boolean {
    return this.state.stage === Stage.off;
  }

  /** One of those who hold its key presses or releases it. */
  setKey(holder: number, isDown: boolean): void {
    const { state } = this;
    const before = state.keys;
    state.keys = isDown ? before | holder : before & ~holder;
    if (before === 0 && state.keys !== 0) begin(state, this.#rates);
    else if (before !== 0 && state.keys === 0 && state.stage !== Stage.off) state.stage = Stage.release;
  }

  /** The place in its waveform now, ten bits. */
  get place(): number {
    return this.state.phase >>> PLACE_SHIFT;
  }

  /** Its output at a place other than its own, or with a modulation added to that. */
  play(place: number, beat: Beat): number {
    const { state } = this;
    const tremolo = (this.#registers.flags & Flags.tremolo) !== 0 ? beat.tremolo : 0;
    const attenuation = Math.min(state.attenuation + this.#level + tremolo, SILENT);
    state.previous = state.output;
    state.output = state.stage === Stage.off ? 0 : waveAt(this.#registers.waveform, place, attenuation);
    return state.output;
  }

  /** To the next sample. */
  advance(beat: Beat): void {
    const { state } = this;
    const { flags } = this.#registers;
    const { frequency, block } = this.#pitch;
    const moved = (flags & Flags.vibrato) !== 0 ? withVibrato(frequency, beat.counter, beat.isVibratoDeep) : frequency;
    const step = (((moved << block) >> 1) * multiples[flags & Flags.multiple]!) >> 1;
    state.phase = (state.phase + step) & PHASE_MASK;
    advance(state, this.#rates, beat.counter);
  }
}

function ratesOf({ flags, attackDecay, sustainRelease }: OperatorRegisters, { keyCode }: Pitch): EnvelopeRates {
  const offset = (flags & Flags.keyScaling) !== 0 ? keyCode : keyCode >> 2;
  const rateOf = (value: number) => (value === 0 ? 0 : Math.min(4 * value + offset, 63));
  const release = rateOf(sustainRelease & 0x0f);
  const level = sustainRelease >> 4;
  return {
    attack: rateOf(attackDecay >> 4),
    decay: rateOf(attackDecay & 0x0f),
    sustain: (flags & Flags.sustained) !== 0 ? 0 : release,
    release,
    sustainLevel: (level === 15 ? LAST_SUSTAIN : level) << 4,
  };
}

/** Total level in steps of 0.75 dB, and what high pitches lose. */
function levelOf({ levels }: OperatorRegisters, { frequency, block }: Pitch): number {
  const atBlock = Math.max(keyLevels[frequency >> 6]! - 16 * (7 - block), 0);
  return ((levels & 0x3f) << 2) + ((atBlock * keyLevelHalves[levels >> 6]!) >> 1);
}
