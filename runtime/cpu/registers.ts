import type { Cpu } from './cpu.ts';

/** Writes the low `size` bytes of a state word; the rest of it is kept. */
export function setRegister(cpu: Cpu, word: number, size: number, value: number): void {
  const kept = size === 4 ? 0 : -1 << (8 * size);
  cpu.state[word] = (cpu.state[word] & kept) | (value & ~kept);
}
