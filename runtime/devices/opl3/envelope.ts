import { type OperatorState, SILENT, Stage } from './state.ts';

/** Rates of an envelope, from 0 to 63, and the attenuation at which its decay ends. */
export interface EnvelopeRates {
  readonly attack: number;
  readonly decay: number;
  /** While the key is held. */
  readonly sustain: number;
  readonly release: number;
  readonly sustainLevel: number;
}

/** In which of eight turns an envelope moves, by the lower two bits of its rate: in half of them, and so on. */
const turns = [0b10101010, 0b11101010, 0b11101110, 0b11111110] as const;
/** Up to this rate an envelope moves by single steps, not at every sample. */
const SLOW_RATES = 12;
/** Rates from here on attack at once. */
const IMMEDIATE = 60;

/** Steps by which an envelope of this rate moves at a sample (application manual, "Envelope generator": each 4 rates are twice as fast). */
export function stepsAt(rate: number, counter: number): number {
  if (rate < 4) return 0;
  const octave = rate >> 2;
  if (octave >= 15) return 4;
  if (octave > SLOW_RATES) return turnsIn(rate, counter, 1 << (octave - SLOW_RATES));
  const shift = SLOW_RATES - octave;
  if ((counter & ((1 << shift) - 1)) !== 0) return 0;
  return isTurn(rate, counter >>> shift) ? 1 : 0;
}

/** The number of those samples, out of `count`, at which an envelope of this rate moves. */
function turnsIn(rate: number, counter: number, count: number): number {
  let moves = 0;
  for (let turn = 0; turn < count; turn++) if (isTurn(rate, counter * count + turn)) moves++;
  return moves;
}

function isTurn(rate: number, turn: number): boolean {
  return (turns[rate & 3]! & (1 << (turn & 7))) !== 0;
}

/** The key is pressed. */
export function begin(state: OperatorState, rates: EnvelopeRates): void {
  state.phase = 0;
  state.stage = Stage.attack;
  if (rates.attack >= IMMEDIATE) state.attenuation = 0;
}

/** Moves an envelope on by a sample. */
export function advance(state: OperatorState, rates: EnvelopeRates, counter: number): void {
  switch (state.stage) {
    case Stage.attack:
      attack(state, rates, counter);
      break;
    case Stage.decay:
      fall(state, stepsAt(rates.decay, counter));
      if (state.attenuation >= rates.sustainLevel) state.stage = Stage.sustain;
      break;
    case Stage.sustain:
      fall(state, stepsAt(rates.sustain, counter));
      break;
    case Stage.release:
      fall(state, stepsAt(rates.release, counter));
  }
  if (state.attenuation >= SILENT && state.stage !== Stage.attack) state.stage = Stage.off;
}

/** The nearer to full, the slower: each step takes an eighth of what is left. */
function attack(state: OperatorState, rates: EnvelopeRates, counter: number): void {
  if (state.attenuation > 0) {
    const steps = stepsAt(rates.attack, counter);
    state.attenuation = Math.max(state.attenuation + ((~state.attenuation * steps) >> 3), 0);
  }
  if (state.attenuation === 0) state.stage = Stage.decay;
}

function fall(state: OperatorState, steps: number): void {
  state.attenuation = Math.min(state.attenuation + steps, SILENT);
}
