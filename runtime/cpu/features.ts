import type { Feature } from '../../translator/x86/table/form.ts';
import { lackingFeatures } from './lacking.ts';

/** Features that no instruction form depends on. */
export type SystemFeature =
  | 'vme'
  | 'de'
  | 'pse'
  | 'pae'
  | 'mce'
  | 'apic'
  | 'mtrr'
  | 'pge'
  | 'mca'
  | 'pat'
  | 'pse36'
  | 'nx'
  | 'tsc-deadline'
  | 'arat'
  | 'tsc-adjust'
  | 'invtsc'
  | 'arch-capabilities'
  | 'kvm';

/** What CPUID reports, by QEMU's names. */
export type CpuFeature = Feature | SystemFeature;

/** All that this processor can do; the other models have of it what they had. */
export const implemented: readonly CpuFeature[] = [
  // Instructions.
  ...(['base', 'fpu', 'tsc', 'msr', 'cx8', 'sep', 'cmov', 'fxsr'] as const),
  ...(['mmx', 'sse', 'sse2', 'clflush', 'pni', 'ssse3', 'sse4.1', 'sse4.2'] as const),
  ...(['popcnt', 'movbe', 'aes', 'pclmulqdq', 'rdrand', 'xsave'] as const),
  // The rest.
  ...(['vme', 'de', 'pse', 'pae', 'pge', 'pse36', 'nx'] as const),
  ...(['mce', 'mca', 'mtrr', 'pat', 'arch-capabilities'] as const),
  ...(['apic', 'tsc-deadline', 'arat', 'tsc-adjust', 'invtsc'] as const),
];

/** What this processor can pretend besides: that it belongs to a virtual machine. No model has it by itself. */
const pretended: readonly CpuFeature[] = ['kvm'];

/** What systems take for granted where they find a feature, so that it is not there without: fences, in the first case. */
export const requirements: Readonly<Partial<Record<CpuFeature, readonly CpuFeature[]>>> = {
  'tsc-deadline': ['apic', 'tsc', 'sse2'],
  'tsc-adjust': ['tsc'],
  invtsc: ['tsc'],
  arat: ['apic'],
  nx: ['pae'],
  pse36: ['pse'],
  sse: ['fxsr'],
  sse2: ['sse'],
  pni: ['sse2'],
  ssse3: ['pni'],
  'sse4.1': ['ssse3'],
  'sse4.2': ['sse4.1'],
  aes: ['sse2'],
  pclmulqdq: ['sse2'],
  xsave: ['sse'],
  kvm: ['tsc', 'msr'],
};

/** Features that can be added to a model and taken away from it, for messages. */
export const changeableFeatures: readonly CpuFeature[] = [...implemented, ...pretended].filter(
  (feature) => feature !== 'base',
);

/** Features of processors that this one doesn't have, by QEMU's names: those that models have (lacking.ts), and others. */
export const missingFeatures: ReadonlySet<string> = new Set([
  ...lackingFeatures,
  ...[
    'avx-vnni avx512ifma avx512-bf16 avx512-fp16 cmp-legacy dca ds ds-cpl dtes64 est extapic ht hypervisor ia64',
    'ibs intel-pt lwp pbe pdcm perfctr-nb pks pn serialize sgx skinit smx tce tm tm2 vmx waitpkg wdt xtpr',
  ].flatMap((line) => line.split(' ')),
]);
