import { Generator } from './x87-generator.ts';

/** Instructions as in most programs: usual numbers, everything masked, most often after something was inexact. */
export class UsualGenerator extends Generator {
  /** Usual control words. */
  readonly #controls: readonly number[];

  constructor(seed: number, controls: readonly number[] = [0x37f, 0x37f, 0x37f, 0x37f, 0x27f, 0xf7f]) {
    super(seed);
    this.#controls = controls;
  }

  override exponent(bits: number): number {
    const bias = 2 ** (bits - 1) - 1;
    const reach = Math.min(this.pick([1, 3, 3, 8, 8, 40, 70, 500]), bias - 1);
    return this.chance(0.03) ? 0 : bias + this.below(2 * reach) - reach;
  }

  override extended(): bigint {
    const exponent = this.exponent(15);
    if (exponent === 0) return BigInt(this.below(2)) << 79n;
    const high = BigInt((this.below(2) << 15) | exponent) << 64n;
    // As many bits as a register, a double, a single or a small integer has.
    const bits = this.pick([63, 63, 63, 52, 52, 23, 8]);
    return high | (1n << 63n) | (this.fraction(bits) << BigInt(63 - bits));
  }

  override control(): number {
    return this.chance(0.05) ? super.control() : this.pick(this.#controls);
  }

  override flags(control: number): number {
    return this.pick([0x20, 0x20, 0x21, 0]) & control;
  }

  override empty(probability: number): boolean {
    return probability > 0.5 ? this.chance(0.98) : this.chance(probability / 10);
  }
}
