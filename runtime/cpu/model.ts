import type { Feature } from '../../translator/x86/table/form.ts';

/** What CPUID reports: features of the instruction set, and those that no instruction form needs. */
export type CpuFeature = Feature | 'de' | 'pse' | 'pae' | 'pge' | 'pse36' | 'nx';

/** What distinguishes one processor from another. */
export interface CpuModel {
  /** Twelve characters. */
  readonly vendor: string;
  /** Type, family, model and stepping, as CPUID leaf 1 gives them in EAX (and reset leaves them in EDX). */
  readonly signature: number;
  /** At most 47 characters. */
  readonly brand: string;
  readonly features: ReadonlySet<CpuFeature>;
}

/** A Pentium II without MMX, MTRRs and APIC, with NX: every feature named here works. */
export const defaultModel: CpuModel = {
  vendor: 'GenuineIntel',
  signature: 0x652,
  brand: 'rawiron i686',
  features: new Set<CpuFeature>([
    ...(['base', 'fpu', 'de', 'pse', 'tsc', 'msr', 'pae', 'cx8', 'sep', 'pge', 'cmov', 'pse36', 'fxsr', 'nx'] as const),
  ]),
};
