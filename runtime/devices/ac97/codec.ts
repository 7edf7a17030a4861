import { Codec, Extended, FIXED_RATE, MUTE, POWER_READY } from './registers.ts';

/**
 * Register values after a reset; registers that are not listed are 0. The vendor is SigmaTel, the codec an STAC9700, as
 * QEMU's.
 */
const initial: Readonly<Record<number, number>> = {
  [Codec.master]: MUTE,
  [Codec.headphones]: MUTE,
  [Codec.monoMaster]: MUTE,
  [Codec.phone]: 0x8008,
  [Codec.microphone]: 0x8008,
  [Codec.line]: 0x8808,
  [Codec.cd]: 0x8808,
  [Codec.video]: 0x8808,
  [Codec.aux]: 0x8808,
  [Codec.pcm]: 0x8808,
  [Codec.recordGain]: MUTE,
  [Codec.powerdown]: POWER_READY,
  [Codec.extendedId]: Extended.variableRate | Extended.microphoneRate,
  [Codec.frontRate]: FIXED_RATE,
  [Codec.inputRate]: FIXED_RATE,
  [Codec.microphoneRate]: FIXED_RATE,
  [Codec.vendor1]: 0x8384,
  [Codec.vendor2]: 0x7600,
};

/** Bits that can be written. Others are fixed. */
const writable: Readonly<Record<number, number>> = {
  // Five bits of level: the sixth is not there, which drivers find out.
  [Codec.master]: 0x9f1f,
  [Codec.headphones]: 0x9f1f,
  [Codec.monoMaster]: 0x801f,
  [Codec.beep]: 0x801e,
  [Codec.phone]: 0x801f,
  [Codec.microphone]: 0x805f,
  [Codec.line]: 0x9f1f,
  [Codec.cd]: 0x9f1f,
  [Codec.video]: 0x9f1f,
  [Codec.aux]: 0x9f1f,
  [Codec.pcm]: 0x9f1f,
  [Codec.recordSelect]: 0x0707,
  [Codec.recordGain]: 0x8f0f,
  [Codec.general]: 0x0380,
  [Codec.powerdown]: 0xff00,
  [Codec.extendedControl]: Extended.variableRate | Extended.microphoneRate,
};

/** Registers of rates, and the bit that turns each on. */
const rates: Readonly<Record<number, number>> = {
  [Codec.frontRate]: Extended.variableRate,
  [Codec.inputRate]: Extended.variableRate,
  [Codec.microphoneRate]: Extended.microphoneRate,
};
const [LOWEST_RATE, HIGHEST_RATE] = [8000, 48_000];

/** Levels take 1.5 dB a step away; the one of 0 dB is 0 for the master, and 8 for what can be amplified. */
const DECIBELS_PER_STEP = 1.5;
const FULL_INPUT = 8;

/** An AC'97 codec: levels, and the rates of its converters. */
export class Ac97Codec {
  readonly #view: DataView;

  constructor(registers: Uint8Array) {
    this.#view = new DataView(registers.buffer, registers.byteOffset, registers.length);
  }

  reset(): void {
    for (let register = 0; register < this.#view.byteLength; register += 2)
      this.#view.setUint16(register, initial[register] ?? 0, true);
  }

  read(register: number): number {
    return register < this.#view.byteLength ? this.#view.getUint16(register & ~1, true) : 0;
  }

  write(register: number, value: number): void {
    if (register === Codec.reset) this.reset();
    else if (rates[register] !== undefined) this.#writeRate(register, value);
    else if (register < this.#view.byteLength) this.#writeBits(register, value);
  }

  /** A rate that cannot be had is the nearest; without variable rates none can be set. */
  #writeRate(register: number, value: number): void {
    if ((this.read(Codec.extendedControl) & rates[register]!) === 0) return;
    this.#view.setUint16(register, Math.min(Math.max(value, LOWEST_RATE), HIGHEST_RATE), true);
  }

  #writeBits(register: number, value: number): void {
    const bits = writable[register] ?? 0;
    this.#view.setUint16(register, (value & bits) | (this.read(register) & ~bits), true);
    if (register !== Codec.extendedControl) return;
    for (const [rate, bit] of Object.entries(rates))
      if ((value & bit) === 0) this.#view.setUint16(Number(rate), FIXED_RATE, true);
  }

  /** Frames a second that the register of a rate says, while variable rates are on. */
  rate(register: number): number {
    return this.read(register);
  }

  /** Factors for the left and the right of what the guest plays. What would amplify doesn't. */
  get gains(): [left: number, right: number] {
    const [master, pcm] = [this.read(Codec.master), this.read(Codec.pcm)];
    if (((master | pcm) & MUTE) !== 0) return [0, 0];
    const side = (shift: number) => {
      const steps = ((master >> shift) & 0x1f) + Math.max(((pcm >> shift) & 0x1f) - FULL_INPUT, 0);
      return 10 ** ((-DECIBELS_PER_STEP * steps) / 20);
    };
    return [side(8), side(0)];
  }
}
