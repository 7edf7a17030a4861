import type { Cpu } from './cpu.ts';
import type { CpuModel } from './model.ts';

/** A model-specific register, or several in a row (Intel SDM vol. 4). */
export interface ModelRegister {
  readonly first: number;
  /** 1 if left out. */
  readonly count?: number;
  exists(model: CpuModel): boolean;
  /** May raise #GP(0). */
  read(cpu: Cpu, number: number): readonly [low: number, high: number];
  /** Raises #GP(0) for what the register cannot hold. Left out: it cannot be written. */
  write?(cpu: Cpu, number: number, low: number, high: number): void;
}
