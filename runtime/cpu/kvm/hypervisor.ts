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
  /** Xen around the guest; null: there is none. */
  readonly xen: XenInstructions | null;
}

/** Xen as the processor's instructions see it. */
export interface XenInstructions {
  /** Four registers of a leaf of CPUID; undefined where there is none of that number. */
  leaf(number: number, subleaf: number): [number, number, number, number] | undefined;
  /** The guest wants its hypercall page at a physical address. */
  placeHypercalls(address: number): void;
  /** VMCALL: the guest calls it, with arguments in its registers. Its answer is in EAX. */
  call(): void;
  /** The TSC has jumped. */
  timeChanged(): void;
}
