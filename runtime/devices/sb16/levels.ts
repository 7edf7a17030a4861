import { Mixer, PRO_STEREO } from './registers.ts';

/** Registers with levels of both sides, those of the left: the right is the next one. */
const sides: Readonly<Record<number, number>> = {
  [Mixer.proVoice]: Mixer.voice,
  [Mixer.proMaster]: Mixer.master,
  [Mixer.proFm]: Mixer.fm,
  [Mixer.proCd]: Mixer.cd,
  [Mixer.proLine]: Mixer.line,
};

/** After power-on and a reset of the mixer: all that is not 0. */
const initial: readonly (readonly [register: number, value: number])[] = [
  ...[Mixer.master, Mixer.voice, Mixer.fm].flatMap((left) => [[left, 0xc0] as const, [left + 1, 0xc0] as const]),
  [Mixer.outputSwitches, 0x1f],
  [Mixer.inputSwitchesLeft, 0x15],
  [Mixer.inputSwitchesRight, 0x0b],
  ...[Mixer.treble, Mixer.bass].flatMap((left) => [[left, 0x80] as const, [left + 1, 0x80] as const]),
];

/** Bits that registers keep, where it is not the five of a level. */
const kept: Readonly<Record<number, number>> = {
  [Mixer.output]: 0x22,
  [Mixer.speaker]: 0xc0,
  [Mixer.outputSwitches]: 0x1f,
  [Mixer.inputSwitchesLeft]: 0x7f,
  [Mixer.inputSwitchesRight]: 0x7f,
  63: 0xc0,
  64: 0xc0,
  65: 0xc0,
  66: 0xc0,
  67: 0x01,
  68: 0xf0,
  69: 0xf0,
  70: 0xf0,
  71: 0xf0,
};

/** The level that counts as 0 dB: that of power-on. Higher ones would amplify; nothing does here, so that nothing is cut off. */
const FULL_LEVEL = 24;
const DECIBELS_PER_STEP = 2;

/** The levels of the CT1745, and what else its registers keep below 48h. */
export class Levels {
  readonly #registers: Uint8Array;

  constructor(registers: Uint8Array) {
    this.#registers = registers;
  }

  reset(): void {
    this.#registers.fill(0, 0, Mixer.last + 1);
    for (const [register, value] of initial) this.#registers[register] = value;
  }

  read(register: number): number {
    if (register === Mixer.proMicrophone) return this.#registers[Mixer.microphone]! >> 5;
    const left = sides[register];
    if (left === undefined) return this.#registers[register]!;
    return (this.#registers[left]! & 0xf0) | (this.#registers[left + 1]! >> 4);
  }

  write(register: number, value: number): void {
    if (register === Mixer.reset) this.reset();
    else if (register === Mixer.proMicrophone) this.#registers[Mixer.microphone] = value << 5;
    else if (sides[register] !== undefined) this.#writeSides(sides[register], value);
    else if (register === Mixer.output || register >= Mixer.master)
      this.#registers[register] = value & (kept[register] ?? 0xf8);
  }

  /** Four bits are the upper ones of five. */
  #writeSides(left: number, value: number): void {
    this.#registers[left] = value & 0xf0;
    this.#registers[left + 1] = (value << 4) & 0xf0;
  }

  /** Whether older commands transfer both sides. */
  get isProStereo(): boolean {
    return (this.#registers[Mixer.output]! & PRO_STEREO) !== 0;
  }

  /** Factors for the left and the right of what has its level in this register and the next. */
  gains(register: number): [left: number, right: number] {
    return [this.#gain(register, 0), this.#gain(register, 1)];
  }

  #gain(register: number, side: number): number {
    return factorOf(this.#registers[register + side]! >> 3) * factorOf(this.#registers[Mixer.master + side]! >> 3);
  }
}

function factorOf(level: number): number {
  return level === 0 ? 0 : 10 ** ((DECIBELS_PER_STEP * Math.min(level - FULL_LEVEL, 0)) / 20);
}
