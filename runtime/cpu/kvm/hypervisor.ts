import type { BusMemory } from '../../memory/bus-memory.ts';
import type { HyperVPartition } from '../hyper-v/partition.ts';

/** The hypervisor that the processor's instructions see. */
export interface Hypervisor {
  /** The memory that the hypervisor shares with the guest. */
  readonly memory: BusMemory;
  /** The time of day when virtual time was 0: seconds since 1970-01-01, with a fraction. */
  secondsAtStart(): number;
  /** For guests that take it for Hyper-V; null: the model tells of none. */
  readonly hyperV: HyperVPartition | null;
}
