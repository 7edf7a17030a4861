import type { Feature } from '../../translator/x86/table/form.ts';

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

/** Features of processors that this one doesn't have, by QEMU's names. */
export const missingFeatures: ReadonlySet<string> = new Set(
  [
    '3dnow 3dnowext 3dnowprefetch abm acpi adx avx avx2 avx-vnni avx512bitalg avx512bw avx512cd avx512dq avx512er',
    'avx512f avx512ifma avx512pf avx512vbmi avx512vbmi2 avx512vl avx512vnni avx512-bf16 avx512-fp16 bmi1 bmi2 clflushopt',
    'clwb cldemote clzero cmp-legacy cr8legacy cx16 dca ds ds-cpl dtes64 erms est extapic f16c fma fma4 fsgsbase fsrm',
    'fxsr-opt gfni hle ht hypervisor ia64 ibpb ibrs ibs intel-pt invpcid la57 lahf-lm lm lwp misalignsse mmxext monitor',
    'movdir64b movdiri mpx osvw pbe pcid pdcm pdpe1gb perfctr-core perfctr-nb pku pks pn rdpid rdseed rdtscp rtm',
    'serialize sgx sha-ni skinit smap smep smx spec-ctrl ss ssbd sse4a stibp svm syscall tbm tce tm tm2 topoext umip',
    'amd-ssbd amd-stibp avx512-4fmaps avx512-4vnniw avx512-vpopcntdq core-capability npt nrip-save xsaveerptr',
    'vaes vmx vpclmulqdq waitpkg wbnoinvd wdt x2apic xgetbv1 xop xsavec xsaveopt xsaves xtpr',
  ].flatMap((line) => line.split(' ')),
);
