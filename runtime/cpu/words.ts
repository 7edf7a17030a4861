import type { ProcessorMemory } from '../memory/access.ts';

/** The words of a processor's state (translator/abi/state.ts), and its memory: what descriptors and stacks are read with. */
export interface CpuWords {
  readonly state: Int32Array;
  readonly doubles: Float64Array;
  readonly memory: ProcessorMemory;
}
