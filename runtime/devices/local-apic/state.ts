import { describe, flag, list, real, type StateOf, u8, u32 } from '../../snapshot/describe.ts';
import { LOCAL_VECTORS } from './registers.ts';

export const localApicState = describe({
  /** IA32_APIC_BASE. */
  baseLow: u32,
  baseHigh: u32,
  id: u8,
  taskPriority: u8,
  logicalDestination: u8,
  /** Bits 28-31 of the register. */
  destinationFormat: u8,
  spurious: u32,
  inService: list(8, u32),
  triggerMode: list(8, u32),
  requests: list(8, u32),
  /** The value of ESR, and the value that it will have after the next write to it. */
  errors: u8,
  newErrors: u8,
  commandLow: u32,
  commandHigh: u32,
  localVectors: list(LOCAL_VECTORS, u32),
  initialCount: u32,
  divide: u8,
  /** Virtual time at which the count was written. */
  countStart: real(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  /** IA32_TSC_DEADLINE; 0 if it is not armed. */
  deadlineLow: u32,
  deadlineHigh: u32,
  /** MSR_KVM_EOI_EN, and whether its bit in memory was set for the interrupt in service (end-of-interrupt-offer.ts). */
  eoiPlace: list(2, u32),
  eoiOffered: flag,
});

export type LocalApicState = StateOf<typeof localApicState>;
