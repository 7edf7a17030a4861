import type { BusMemory } from '../../memory/bus-memory.ts';

/** What stands in for a hypervisor, as the processor's instructions see it. */
export interface Hypervisor {
  /** What it shares with the guest is written there. */
  readonly memory: BusMemory;
  /** The time of day when virtual time was 0: seconds since 1970-01-01, with a fraction. */
  secondsAtStart(): number;
}
