/** A model of a 64-bit processor, by what it has of another one. */
interface Row {
  readonly vendor?: string;
  /** Another model that it has the features of. */
  readonly like?: string;
  /** Family, model and stepping. */
  readonly is: readonly [family: number, model: number, stepping: number];
  /** The highest basic leaf of CPUID. */
  readonly lastLeaf: number;
  readonly brand: string;
  /** Features that it has besides, by QEMU's names. */
  readonly adds: string;
  /** Features of the other model that it doesn't have. */
  readonly without?: string;
}

const amd = { vendor: 'AuthenticAMD' } as const;

/** Names, numbers and features are those of QEMU 7.2, by its query-cpu-model-expansion; VME besides, which its TCG takes away. */
const rows: Readonly<Record<string, Row>> = {
  qemu64: {
    ...amd,
    is: [15, 107, 1],
    lastLeaf: 13,
    brand: 'QEMU Virtual CPU version 2.5+',
    adds: 'fpu tsc msr cx8 sep cmov fxsr mmx sse sse2 clflush pni de pse pae pge pse36 nx mce mca mtrr pat apic cx16 syscall lm lahf-lm svm',
  },
  kvm64: {
    is: [15, 6, 1],
    lastLeaf: 13,
    brand: 'Common KVM processor',
    adds: 'fpu tsc msr cx8 sep cmov fxsr mmx sse sse2 clflush pni vme de pse pae pge pse36 nx mce mca mtrr pat apic cx16 syscall lm',
  },
  athlon: {
    ...amd,
    is: [6, 2, 3],
    lastLeaf: 2,
    brand: 'QEMU Virtual CPU version 2.5+',
    adds: 'fpu tsc msr cx8 sep cmov fxsr mmx sse sse2 vme de pse pae pge pse36 mce mca mtrr pat apic mmxext 3dnowext 3dnow',
  },
  phenom: {
    ...amd,
    is: [16, 2, 3],
    lastLeaf: 5,
    brand: 'AMD Phenom(tm) 9550 Quad-Core Processor',
    adds: 'fpu tsc msr cx8 sep cmov fxsr mmx sse sse2 clflush pni popcnt vme de pse pae pge pse36 nx mce mca mtrr pat apic monitor cx16 syscall mmxext fxsr-opt pdpe1gb rdtscp lm 3dnowext 3dnow lahf-lm svm abm sse4a npt',
  },
  Conroe: {
    is: [6, 15, 3],
    lastLeaf: 10,
    brand: 'Intel Celeron_4x0 (Conroe/Merom Class Core 2)',
    adds: 'fpu tsc msr cx8 sep cmov fxsr mmx sse sse2 clflush pni ssse3 vme de pse pae pge pse36 nx mce mca mtrr pat apic syscall lm lahf-lm',
  },
  Penryn: {
    like: 'Conroe',
    is: [6, 23, 3],
    lastLeaf: 10,
    brand: 'Intel Core 2 Duo P9xxx (Penryn Class Core 2)',
    adds: 'sse4.1 cx16',
  },
  Nehalem: {
    like: 'Penryn',
    is: [6, 26, 3],
    lastLeaf: 11,
    brand: 'Intel Core i7 9xx (Nehalem Class Core i7)',
    adds: 'sse4.2 popcnt',
  },
  'Nehalem-IBRS': {
    like: 'Nehalem',
    is: [6, 26, 3],
    lastLeaf: 11,
    brand: 'Intel Core i7 9xx (Nehalem Core i7, IBRS update)',
    adds: 'spec-ctrl',
  },
  Westmere: {
    like: 'Nehalem',
    is: [6, 44, 1],
    lastLeaf: 11,
    brand: 'Westmere E56xx/L56xx/X56xx (Nehalem-C)',
    adds: 'aes pclmulqdq arat',
  },
  'Westmere-IBRS': {
    like: 'Westmere',
    is: [6, 44, 1],
    lastLeaf: 11,
    brand: 'Westmere E56xx/L56xx/X56xx (IBRS update)',
    adds: 'spec-ctrl',
  },
  SandyBridge: {
    like: 'Westmere',
    is: [6, 42, 1],
    lastLeaf: 13,
    brand: 'Intel Xeon E312xx (Sandy Bridge)',
    adds: 'xsave tsc-deadline x2apic avx xsaveopt rdtscp',
  },
  'SandyBridge-IBRS': {
    like: 'SandyBridge',
    is: [6, 42, 1],
    lastLeaf: 13,
    brand: 'Intel Xeon E312xx (Sandy Bridge, IBRS update)',
    adds: 'spec-ctrl',
  },
  IvyBridge: {
    like: 'SandyBridge',
    is: [6, 58, 9],
    lastLeaf: 13,
    brand: 'Intel Xeon E3-12xx v2 (Ivy Bridge)',
    adds: 'rdrand f16c fsgsbase smep erms',
  },
  'IvyBridge-IBRS': {
    like: 'IvyBridge',
    is: [6, 58, 9],
    lastLeaf: 13,
    brand: 'Intel Xeon E3-12xx v2 (Ivy Bridge, IBRS)',
    adds: 'spec-ctrl',
  },
  Haswell: {
    like: 'IvyBridge',
    is: [6, 60, 4],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Haswell)',
    adds: 'movbe fma pcid bmi1 hle avx2 bmi2 invpcid rtm abm',
  },
  'Haswell-IBRS': {
    like: 'Haswell',
    is: [6, 60, 4],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Haswell, IBRS)',
    adds: 'spec-ctrl',
  },
  'Haswell-noTSX': {
    like: 'Haswell',
    is: [6, 60, 1],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Haswell, no TSX)',
    adds: '',
    without: 'hle rtm',
  },
  'Haswell-noTSX-IBRS': {
    like: 'Haswell-noTSX',
    is: [6, 60, 1],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Haswell, no TSX, IBRS)',
    adds: 'spec-ctrl',
  },
  Broadwell: {
    like: 'Haswell',
    is: [6, 61, 2],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Broadwell)',
    adds: 'rdseed adx smap 3dnowprefetch',
  },
  'Broadwell-IBRS': {
    like: 'Broadwell',
    is: [6, 61, 2],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Broadwell, IBRS)',
    adds: 'spec-ctrl',
  },
  'Broadwell-noTSX': {
    like: 'Broadwell',
    is: [6, 61, 2],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Broadwell, no TSX)',
    adds: '',
    without: 'hle rtm',
  },
  'Broadwell-noTSX-IBRS': {
    like: 'Broadwell-noTSX',
    is: [6, 61, 2],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Broadwell, no TSX, IBRS)',
    adds: 'spec-ctrl',
  },
  'Skylake-Client': {
    like: 'Broadwell',
    is: [6, 94, 3],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Skylake)',
    adds: 'xsavec xgetbv1',
  },
  'Skylake-Client-IBRS': {
    like: 'Skylake-Client',
    is: [6, 94, 3],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Skylake, IBRS)',
    adds: 'spec-ctrl',
  },
  'Skylake-Client-noTSX-IBRS': {
    like: 'Skylake-Client-IBRS',
    is: [6, 94, 3],
    lastLeaf: 13,
    brand: 'Intel Core Processor (Skylake, IBRS, no TSX)',
    adds: '',
    without: 'hle rtm',
  },
  'Skylake-Server': {
    like: 'Skylake-Client',
    is: [6, 85, 4],
    lastLeaf: 13,
    brand: 'Intel Xeon Processor (Skylake)',
    adds: 'avx512f avx512dq clflushopt clwb avx512cd avx512bw avx512vl pku pdpe1gb',
  },
  'Skylake-Server-IBRS': {
    like: 'Skylake-Server',
    is: [6, 85, 4],
    lastLeaf: 13,
    brand: 'Intel Xeon Processor (Skylake, IBRS)',
    adds: 'spec-ctrl',
    without: 'clflushopt',
  },
  'Skylake-Server-noTSX-IBRS': {
    like: 'Skylake-Server-IBRS',
    is: [6, 85, 4],
    lastLeaf: 13,
    brand: 'Intel Xeon Processor (Skylake, IBRS, no TSX)',
    adds: '',
    without: 'hle rtm',
  },
  'Cascadelake-Server': {
    like: 'Skylake-Server-IBRS',
    is: [6, 85, 6],
    lastLeaf: 13,
    brand: 'Intel Xeon Processor (Cascadelake)',
    adds: 'clflushopt avx512vnni ssbd',
  },
  'Cascadelake-Server-noTSX': {
    like: 'Cascadelake-Server',
    is: [6, 85, 6],
    lastLeaf: 13,
    brand: 'Intel Xeon Processor (Cascadelake)',
    adds: 'arch-capabilities',
    without: 'hle rtm',
  },
  Cooperlake: {
    like: 'Cascadelake-Server',
    is: [6, 85, 10],
    lastLeaf: 13,
    brand: 'Intel Xeon Processor (Cooperlake)',
    adds: 'arch-capabilities stibp',
  },
  'Icelake-Server': {
    like: 'Cascadelake-Server',
    is: [6, 134, 0],
    lastLeaf: 13,
    brand: 'Intel Xeon Processor (Icelake)',
    adds: 'avx512vbmi umip avx512vbmi2 gfni vaes vpclmulqdq avx512bitalg avx512-vpopcntdq la57 wbnoinvd',
  },
  'Icelake-Server-noTSX': {
    like: 'Icelake-Server',
    is: [6, 134, 0],
    lastLeaf: 13,
    brand: 'Intel Xeon Processor (Icelake)',
    adds: '',
    without: 'hle rtm',
  },
  KnightsMill: {
    like: 'Skylake-Client',
    is: [6, 133, 0],
    lastLeaf: 13,
    brand: 'Intel Xeon Phi Processor (Knights Mill)',
    adds: 'ss avx512f avx512pf avx512er avx512cd avx512-vpopcntdq avx512-4vnniw avx512-4fmaps pdpe1gb',
    without: 'pcid hle invpcid rtm smap xsavec xgetbv1',
  },
  Denverton: {
    like: 'Skylake-Client',
    is: [6, 95, 1],
    lastLeaf: 21,
    brand: 'Intel Atom Processor (Denverton)',
    adds: 'arch-capabilities monitor mpx clflushopt sha-ni spec-ctrl ssbd pdpe1gb',
    without: 'fma pcid avx f16c bmi1 hle avx2 bmi2 invpcid rtm adx abm',
  },
  Snowridge: {
    like: 'Denverton',
    is: [6, 134, 1],
    lastLeaf: 27,
    brand: 'Intel Atom Processor (SnowRidge)',
    adds: 'clwb umip gfni cldemote movdiri movdir64b core-capability',
  },
  Opteron_G1: {
    ...amd,
    is: [15, 6, 1],
    lastLeaf: 5,
    brand: 'AMD Opteron 240 (Gen 1 Class Opteron)',
    adds: 'fpu tsc msr cx8 sep cmov fxsr mmx sse sse2 clflush pni vme de pse pae pge pse36 nx mce mca mtrr pat apic syscall lm',
  },
  Opteron_G2: {
    ...amd,
    like: 'Opteron_G1',
    is: [15, 6, 1],
    lastLeaf: 5,
    brand: 'AMD Opteron 22xx (Gen 2 Class Opteron)',
    adds: 'cx16 lahf-lm svm',
  },
  Opteron_G3: {
    ...amd,
    like: 'Opteron_G2',
    is: [16, 2, 3],
    lastLeaf: 5,
    brand: 'AMD Opteron 23xx (Gen 3 Class Opteron)',
    adds: 'popcnt monitor rdtscp abm sse4a misalignsse',
  },
  Opteron_G4: {
    ...amd,
    like: 'Opteron_G3',
    is: [21, 1, 2],
    lastLeaf: 13,
    brand: 'AMD Opteron 62xx class CPU',
    adds: 'ssse3 sse4.1 sse4.2 aes pclmulqdq xsave avx pdpe1gb 3dnowprefetch xop fma4 npt nrip-save',
    without: 'monitor',
  },
  Opteron_G5: {
    ...amd,
    like: 'Opteron_G4',
    is: [21, 2, 0],
    lastLeaf: 13,
    brand: 'AMD Opteron 63xx class CPU',
    adds: 'fma f16c tbm',
  },
  EPYC: {
    ...amd,
    like: 'Opteron_G5',
    is: [23, 1, 2],
    lastLeaf: 13,
    brand: 'AMD EPYC Processor',
    adds: 'movbe rdrand arat monitor fsgsbase bmi1 avx2 smep bmi2 rdseed adx smap clflushopt sha-ni xsaveopt xsavec xgetbv1 mmxext fxsr-opt cr8legacy osvw topoext',
    without: 'xop fma4 tbm',
  },
  'EPYC-IBPB': {
    ...amd,
    like: 'EPYC',
    is: [23, 1, 2],
    lastLeaf: 13,
    brand: 'AMD EPYC Processor (with IBPB)',
    adds: 'ibpb',
  },
  'EPYC-Rome': {
    ...amd,
    like: 'EPYC',
    is: [23, 49, 0],
    lastLeaf: 13,
    brand: 'AMD EPYC-Rome Processor',
    adds: 'clwb umip rdpid xsaves perfctr-core clzero xsaveerptr wbnoinvd ibpb amd-stibp',
  },
  'EPYC-Milan': {
    ...amd,
    like: 'EPYC-Rome',
    is: [25, 1, 1],
    lastLeaf: 13,
    brand: 'AMD EPYC-Milan Processor',
    adds: 'pcid erms invpcid pku fsrm ibrs amd-ssbd',
  },
  Dhyana: {
    vendor: 'HygonGenuine',
    like: 'EPYC',
    is: [24, 0, 1],
    lastLeaf: 13,
    brand: 'Hygon Dhyana Processor',
    adds: 'ibpb',
    without: 'aes pclmulqdq sha-ni',
  },
};

/** Names of the models. */
export const sixtyFourBitModels: readonly string[] = Object.keys(rows);

/** The parameters of a model. */
export interface SixtyFourBitModel extends Omit<Row, 'like' | 'is' | 'adds' | 'without'> {
  readonly signature: number;
  /** The features of the processor, whether they are there or not. */
  readonly features: readonly string[];
}

/** The model of one of these names. */
export function sixtyFourBitModel(name: string): SixtyFourBitModel {
  const { is, like: _, adds: __, without: ___, ...row } = rows[name]!;
  return { ...row, signature: signatureOf(...is), features: [...featuresOf(name)] };
}

function featuresOf(name: string): Set<string> {
  const { like, adds, without = '' } = rows[name]!;
  const inherited = like === undefined ? new Set<string>() : featuresOf(like);
  return inherited.union(words(adds)).difference(words(without));
}

function words(text: string): Set<string> {
  return new Set(text.split(' ').filter((word) => word !== ''));
}

/** Families from 15 on are the sum of two fields; the high digit of the model has a place of its own (Intel SDM vol. 2, CPUID, figure 3-6). */
function signatureOf(family: number, model: number, stepping: number): number {
  const base = Math.min(family, 0xf);
  return ((family - base) << 20) | ((model >> 4) << 16) | (base << 8) | ((model & 0xf) << 4) | stepping;
}
