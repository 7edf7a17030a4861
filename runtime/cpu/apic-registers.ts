import { Vector } from '../../translator/abi/faults.ts';
import { raise } from '../fault.ts';
import { PHYSICAL_BITS } from '../memory/page-entry.ts';
import type { Cpu } from './cpu.ts';
import type { LocalApicPort } from './local-apic-port.ts';
import type { ModelRegister } from './model-register.ts';
import { timeOfTimestamp } from './timestamp.ts';

/** Reserved bits of IA32_APIC_BASE; that of x2APIC mode is, too, as there is none (Intel SDM vol. 3, 11.4.4). */
const RESERVED_LOW = 0x6ff;
const RESERVED_HIGH = -1 << (PHYSICAL_BITS - 32);

/** Raises #GP(0) where there is none. */
export function localApicOf(cpu: Cpu): LocalApicPort {
  if (cpu.localApic === null) raise(Vector.generalProtection);
  return cpu.localApic;
}

/** IA32_APIC_BASE. */
export const apicBase: ModelRegister = {
  first: 0x1b,
  exists: ({ features }) => features.has('apic'),
  read: (cpu) => localApicOf(cpu).readBase(),
  write(cpu, _number, low, high) {
    if ((low & RESERVED_LOW) !== 0 || (high & RESERVED_HIGH) !== 0) raise(Vector.generalProtection);
    localApicOf(cpu).writeBase(low, high);
  },
};

/** IA32_TSC_DEADLINE: the value of the time-stamp counter at which the local APIC's timer interrupts. */
export const timestampDeadline: ModelRegister = {
  first: 0x6e0,
  exists: ({ features }) => features.has('tsc-deadline'),
  read: (cpu) => localApicOf(cpu).readDeadline(),
  write: (cpu, _number, low, high) => localApicOf(cpu).writeDeadline(low, high, timeOfTimestamp(cpu, low, high)),
};
