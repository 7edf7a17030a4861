import type { DataAccess } from './access.ts';

/** Slow paths of generated code's accesses to singles and doubles (abi/cells.ts): by words, so that no bit changes. */
export interface RealAccess {
  LOADS(linear: number): number;
  LOADD(linear: number): number;
  STORES(linear: number, value: number): void;
  STORED(linear: number, value: number): void;
}

/** `misaligned` is called for doubles at odd words, which are aligned as words. */
export function realAccess(memory: DataAccess, misaligned: () => void): RealAccess {
  const doubles = new Float64Array(1);
  const singles = new Float32Array(doubles.buffer);
  const words = new Int32Array(doubles.buffer);
  return {
    LOADS(linear) {
      words[0] = memory.load32(linear);
      return singles[0]!;
    },
    LOADD(linear) {
      if (linear & 7) misaligned();
      const low = memory.load32(linear);
      words[1] = memory.load32((linear + 4) | 0);
      words[0] = low;
      return doubles[0]!;
    },
    STORES(linear, value) {
      singles[0] = value;
      memory.store32(linear, words[0]!);
    },
    STORED(linear, value) {
      if (linear & 7) misaligned();
      memory.probeWrite(linear, 8);
      doubles[0] = value;
      const high = words[1]!;
      memory.store32(linear, words[0]!);
      memory.store32((linear + 4) | 0, high);
    },
  };
}
