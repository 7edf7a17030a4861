import { Word } from '../../translator/abi/state.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { packBits } from '../cpu/x87/formats.ts';
import { Fpu, Tag } from '../cpu/x87/fpu.ts';

/** Registers of the x87 FPU and SSE; numbers are unsigned. */
export interface FloatRegisters {
  readonly control: number;
  readonly status: number;
  readonly top: number;
  /** One bit for each physical register: 1 if it is empty. */
  readonly empty: number;
  readonly mxcsr: number;
  /** R0 to R7 by number, 80 bits each. */
  readonly fpu: readonly bigint[];
  /** XMM0 to XMM7, four words each, low word first. */
  readonly xmm: readonly (readonly number[])[];
}

const numbers = [0, 1, 2, 3, 4, 5, 6, 7];

/** These registers as they are between two instructions. */
export function readFloatRegisters(cpu: Cpu): FloatRegisters {
  const fpu = new Fpu(cpu);
  const word = (n: number) => cpu.state[n]! >>> 0;
  return {
    control: fpu.control,
    status: fpu.status,
    top: fpu.top,
    empty: numbers.reduce((bits, n) => bits | (fpu.tagOf(n) === Tag.empty ? 1 << n : 0), 0),
    mxcsr: word(Word.mxcsr),
    fpu: numbers.map((n) => packBits(fpu.readPhysical(n))),
    xmm: numbers.map((n) => [0, 1, 2, 3].map((part) => word(Word.xmm + 4 * n + part))),
  };
}
