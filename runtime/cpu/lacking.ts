/** Features that models have and this processor does not, by QEMU's names: the bits of a word of CPUID that tell of them. */
const places = {
  '01H:EDX': { acpi: 22, ss: 27 },
  '01H:ECX': { monitor: 3, fma: 12, cx16: 13, pcid: 17, x2apic: 21, avx: 28, f16c: 29 },
  '07H:EBX': {
    fsgsbase: 0,
    bmi1: 3,
    hle: 4,
    avx2: 5,
    smep: 7,
    bmi2: 8,
    erms: 9,
    invpcid: 10,
    rtm: 11,
    mpx: 14,
    avx512f: 16,
    avx512dq: 17,
    rdseed: 18,
    adx: 19,
    smap: 20,
    clflushopt: 23,
    clwb: 24,
    avx512pf: 26,
    avx512er: 27,
    avx512cd: 28,
    'sha-ni': 29,
    avx512bw: 30,
    avx512vl: 31,
  },
  '07H:ECX': {
    avx512vbmi: 1,
    umip: 2,
    pku: 3,
    avx512vbmi2: 6,
    gfni: 8,
    vaes: 9,
    vpclmulqdq: 10,
    avx512vnni: 11,
    avx512bitalg: 12,
    'avx512-vpopcntdq': 14,
    la57: 16,
    rdpid: 22,
    cldemote: 25,
    movdiri: 27,
    movdir64b: 28,
  },
  '07H:EDX': {
    'avx512-4vnniw': 2,
    'avx512-4fmaps': 3,
    fsrm: 4,
    'spec-ctrl': 26,
    stibp: 27,
    'core-capability': 30,
    ssbd: 31,
  },
  '0DH:EAX': { xsaveopt: 0, xsavec: 1, xgetbv1: 2, xsaves: 3 },
  '80000001H:EDX': {
    syscall: 11,
    mmxext: 22,
    'fxsr-opt': 25,
    pdpe1gb: 26,
    rdtscp: 27,
    lm: 29,
    '3dnowext': 30,
    '3dnow': 31,
  },
  '80000001H:ECX': {
    'lahf-lm': 0,
    svm: 2,
    cr8legacy: 4,
    abm: 5,
    sse4a: 6,
    misalignsse: 7,
    '3dnowprefetch': 8,
    osvw: 9,
    xop: 11,
    fma4: 16,
    tbm: 21,
    topoext: 22,
    'perfctr-core': 23,
  },
  '80000008H:EBX': { clzero: 0, xsaveerptr: 2, wbnoinvd: 9, ibpb: 12, ibrs: 14, 'amd-stibp': 15, 'amd-ssbd': 24 },
  '8000000AH:EDX': { npt: 0, 'nrip-save': 3 },
} as const;

type Places = typeof places;
export type LackingFeature = { [Word in keyof Places]: keyof Places[Word] }[keyof Places] & string;

const names: ReadonlySet<string> = new Set(Object.values(places).flatMap((bits) => Object.keys(bits)));

/** Names of these features. */
export const lackingFeatures = [...names];

/** Whether a feature is one of these. */
export function isLacking(feature: string): feature is LackingFeature {
  return names.has(feature);
}

/** A feature as QEMU's messages name it. */
export function lackingText(feature: LackingFeature): string {
  const [word, bits] = Object.entries<Readonly<Record<string, number>>>(places).find(([, bits]) => feature in bits)!;
  return `CPUID.${word}.${feature} [bit ${bits[feature]}]`;
}
