import { Vector } from '../../../translator/abi/faults.ts';
import { raise } from '../../fault.ts';
import { localApicOf } from '../apic-registers.ts';
import type { ModelRegister } from '../model-register.ts';

/** Where the guest ends an interrupt without a write to the APIC (Linux, Documentation/virt/kvm/x86/msr.rst: MSR_KVM_EOI_EN). */
const END_OF_INTERRUPT = 0x4b564d04;
const RESERVED = 2;

export const kvmEndOfInterrupt: ModelRegister = {
  first: END_OF_INTERRUPT,
  exists: ({ features }) => features.has('kvm') && features.has('apic'),
  read: (cpu) => localApicOf(cpu).readEndOfInterruptPlace(),
  write(cpu, _number, low, high) {
    if ((low & RESERVED) !== 0) raise(Vector.generalProtection);
    localApicOf(cpu).writeEndOfInterruptPlace(low, high);
  },
};
