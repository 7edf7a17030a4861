/** MMX's use of the x87 registers (Intel SDM vol. 1, 9.2 and 9.5), and stores by mask. */
import { Double, Word } from '../../../translator/abi/state.ts';
import type { Cpu } from '../cpu.ts';
import { spillRegister } from '../x87/registers.ts';

const REGISTERS = 8;

/** Makes the x87 registers MMX registers: all of them valid, in the words that MMX instructions use, the top of stack 0. */
export function shareRegisters({ state, doubles }: Cpu): void {
  for (let register = 0; register < REGISTERS; register++) {
    spillRegister(state, doubles, register);
    doubles[Double.fpuHigh + register] = NaN;
  }
  state[Word.fpuTop] = 0;
  state[Word.fpuTag] = 0;
}

/** Makes the x87 registers MMX registers for the instruction at `eip`, which is executed then. */
export function enterMmx(cpu: Cpu, eip: number): void {
  shareRegisters(cpu);
  cpu.state[Word.eip] = eip;
}

/** MASKMOVQ and MASKMOVDQU: bytes of `words` words of a register, where the mask's have their highest bit set. */
export function maskedStore({ state, memory }: Cpu, linear: number, source: number, mask: number, words: number): void {
  const byteOf = (word: number, n: number): number => state[word + (n >> 2)] >> (8 * (n & 3));
  const chosen = Array.from({ length: 4 * words }, (_, n) => n).filter((n) => byteOf(mask, n) & 0x80);
  for (const n of chosen) memory.current.probeWrite(linear + n, 1);
  for (const n of chosen) memory.current.store8(linear + n, byteOf(source, n));
}
