import type { BusMemory } from '../../memory/bus-memory.ts';

/** The hypervisor that the processor's instructions see. */
export interface Hypervisor {
  /** The memory that the hypervisor shares with the guest. */
  readonly memory: BusMemory;
  /** The time of day when virtual time was 0: seconds since 1970-01-01, with a fraction. */
  secondsAtStart(): number;
}
