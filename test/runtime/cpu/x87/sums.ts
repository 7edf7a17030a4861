/** Compares sums of two doubles with the exact functions of 80 bits: an FPU for each, and operands of many kinds. */
import { Fpu, type FpuCpu } from '../../../../runtime/cpu/x87/fpu.ts';
import { doublesOf, fillRegister, spillRegister } from '../../../../runtime/cpu/x87/registers.ts';
import { Double, STATE_BYTES, WORD_COUNT, Word } from '../../../../translator/abi/state.ts';

/** A 64-bit significand, an unbiased exponent and a sign. */
export interface Operand {
  readonly significand: bigint;
  readonly exponent: number;
  readonly sign: number;
}

/** An FPU with ST(0) and ST(1), as sums of doubles or, for the exact functions, as 80 bits alone. */
export class Bench {
  readonly state = new Int32Array(new ArrayBuffer(STATE_BYTES), 0, WORD_COUNT);
  readonly doubles = doublesOf(this.state);
  /** Where operands in memory are, at address 0. */
  readonly words = new Int32Array(4);
  readonly #memory = {
    current: {
      load16: (at: number) => new Uint16Array(this.words.buffer)[at / 2],
      load32: (at: number) => this.words[at / 4],
      store32: (at: number, value: number) => {
        this.words[at / 4] = value;
      },
      probeWrite: () => {},
    },
  };
  readonly cpu = { state: this.state, doubles: this.doubles, memory: this.#memory } as unknown as FpuCpu;
  readonly fpu = new Fpu(this.cpu);

  /** `precision` is that of precision control, 0, 2 or 3. */
  set(operands: readonly Operand[], asSums: boolean, rounding = 0, precision = 3): void {
    this.fpu.initialize();
    this.fpu.control = 0x7f | (precision << 8) | (rounding << 10);
    this.state[Word.fpuConditions] = 0x4500;
    for (const [register, { significand, exponent, sign }] of operands.entries()) {
      const at = Word.fpuRegister + 4 * register;
      this.state[at] = Number(BigInt.asIntN(32, significand));
      this.state[at + 1] = Number(BigInt.asIntN(32, significand >> 32n));
      this.state[at + 2] = (exponent + 16383) | (sign << 15);
      if (asSums) fillRegister(this.state, this.doubles, register);
      else this.doubles[Double.fpuHigh + register] = Number.NaN;
      this.state[Word.fpuTag] &= ~(3 << (2 * register));
    }
  }

  outcome(): unknown {
    for (let register = 0; register < 8; register++) spillRegister(this.state, this.doubles, register);
    const registers = Array.from(this.state.subarray(Word.fpuRegister, Word.fpuRegister + 32));
    const words = [0, 4, 28].flatMap((at) => registers.slice(at, at + 3));
    return { words, stored: Array.from(this.words), status: this.fpu.status, tags: this.state[Word.fpuTag] };
  }
}

let seed = 1;
/** 32 bits (xorshift). */
export function random(): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return seed >>> 0;
}
export const significand = () => (1n << 63n) | (BigInt(random()) << 31n) | BigInt(random() >>> 1);
export const within = (low: number, high: number) => low + (random() % (high - low + 1));
export const operand = (low: number, high: number): Operand => ({
  significand: significand(),
  exponent: within(low, high),
  sign: random() & 1,
});
export const positive = (low: number, high: number): Operand => ({ ...operand(low, high), sign: 0 });
/** With some last bits only: as programs have it, and beside 1. */
export const short = (low: number, high: number): Operand => {
  const bits = BigInt(within(1, 30));
  return { ...operand(low, high), significand: (((1n << 63n) >> (63n - bits)) << (63n - bits)) | (1n << 63n) };
};
export const besideOne = (): Operand => {
  const below = random() & 1;
  const distance = BigInt(random()) << BigInt(within(0, 24));
  return below
    ? { significand: (1n << 64n) - 1n - distance, exponent: -1, sign: 0 }
    : { significand: (1n << 63n) + distance, exponent: 0, sign: 0 };
};
/** Near a multiple of pi/2. */
export const besideQuarter = (): Operand => {
  const n = within(1, 40_000);
  const product = 0xc90fdaa22168c234cn * BigInt(n);
  const length = product.toString(2).length;
  const distance = BigInt(random()) << BigInt(within(0, 20));
  return { significand: (product >> BigInt(length - 64)) ^ distance, exponent: length - 1 - 67, sign: random() & 1 };
};
export const one: Operand = { significand: 1n << 63n, exponent: 0, sign: 0 };
export const power = (): Operand => ({ ...one, exponent: within(-40, 40) });
