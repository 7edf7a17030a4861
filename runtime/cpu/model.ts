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
  | 'arch-capabilities';

/** What CPUID reports, by QEMU's names. */
export type CpuFeature = Feature | SystemFeature;

/** What distinguishes one processor from another. */
export interface CpuModel {
  /** Twelve characters. */
  readonly vendor: string;
  /** Type, family, model and stepping, as CPUID leaf 1 gives them in EAX (and reset leaves them in EDX). */
  readonly signature: number;
  /** At most 47 characters. */
  readonly brand: string;
  /** The last basic leaf of CPUID. */
  readonly lastLeaf: number;
  readonly features: ReadonlySet<CpuFeature>;
}

/** A model's family, from its signature. */
export function familyOf(model: CpuModel): number {
  return (model.signature >>> 8) & 0xf;
}

/** All that this processor can do; the other models have of it what they had. */
const implemented: readonly CpuFeature[] = [
  // Instructions.
  ...(['base', 'fpu', 'tsc', 'msr', 'cx8', 'sep', 'cmov', 'fxsr'] as const),
  ...(['mmx', 'sse', 'sse2', 'clflush', 'pni', 'ssse3', 'sse4.1', 'sse4.2'] as const),
  ...(['popcnt', 'movbe', 'aes', 'pclmulqdq', 'rdrand', 'xsave'] as const),
  // The rest.
  ...(['vme', 'de', 'pse', 'pae', 'pge', 'pse36', 'nx'] as const),
  ...(['mce', 'mca', 'mtrr', 'pat', 'arch-capabilities'] as const),
  ...(['apic', 'tsc-deadline', 'arat', 'tsc-adjust', 'invtsc'] as const),
];

/** What systems take for granted where they find a feature, so that it is not there without: fences, in the first case. */
const requirements: Readonly<Partial<Record<CpuFeature, readonly CpuFeature[]>>> = {
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
};

const i486: readonly CpuFeature[] = ['base', 'fpu', 'vme', 'pse'];
const pentium: readonly CpuFeature[] = [...i486, 'de', 'tsc', 'msr', 'mce', 'cx8', 'apic', 'mmx'];
const pentium3: readonly CpuFeature[] = [
  ...pentium,
  ...(['pae', 'sep', 'mtrr', 'pge', 'mca', 'cmov', 'pat', 'pse36', 'fxsr', 'sse'] as const),
];
const core2: readonly CpuFeature[] = [...pentium3, 'clflush', 'sse2', 'pni', 'ssse3', 'nx'];

/** Other names of features that QEMU takes. */
const aliases: Readonly<Record<string, CpuFeature>> = {
  sse3: 'pni',
  'sse4-1': 'sse4.1',
  'sse4-2': 'sse4.2',
  pclmuldq: 'pclmulqdq',
  xd: 'nx',
};

/** A feature by one of its names, in which an underscore is as good as a hyphen. */
function featureNamed(name: string): CpuFeature {
  const usual = name.replaceAll('_', '-');
  return aliases[usual] ?? (usual as CpuFeature);
}

/** Signatures are those of a DX4, a P55C, a Coppermine and a Merom; the last leaf of `max` tells the TSC's frequency. */
const models = {
  '486': { signature: 0x480, lastLeaf: 1, brand: 'rawiron 486', features: i486 },
  pentium: { signature: 0x543, lastLeaf: 1, brand: 'rawiron Pentium', features: pentium },
  pentium3: { signature: 0x683, lastLeaf: 2, brand: 'rawiron Pentium III', features: pentium3 },
  core2: { signature: 0x6fb, lastLeaf: 7, brand: 'rawiron Core 2', features: core2 },
  max: { signature: 0x6fb, lastLeaf: 0x15, brand: 'rawiron', features: implemented },
} as const;
export type CpuModelName = keyof typeof models;

/** Names of the models, for messages. */
export const cpuModelNames = Object.keys(models) as CpuModelName[];

/**
 * The model that a text such as `pentium3,+nx,-sse` means: a name, then features to add or to take away.
 * @throws RangeError if there is no such model, or this processor doesn't have the feature
 */
export function cpuModel(text: string): CpuModel {
  const [name, ...changes] = text.split(',');
  const model = Object.hasOwn(models, name!) ? models[name as CpuModelName] : undefined;
  if (model === undefined) throw new RangeError(`unknown model '${name}'; it is one of: ${cpuModelNames.join(', ')}`);
  const features = new Set(model.features.filter((feature) => implemented.includes(feature)));
  for (const change of changes) {
    const feature = featureNamed(change.slice(1));
    const known = implemented.includes(feature) && feature !== 'base';
    if (!known || !/^[+-]/.test(change)) throw new RangeError(`unknown feature '${change}' of the processor`);
    if (change[0] === '+') features.add(feature);
    else features.delete(feature);
  }
  return { vendor: 'GenuineIntel', ...model, features: complete(features) };
}

/** Without the features that lack what they require. */
function complete(features: ReadonlySet<CpuFeature>): ReadonlySet<CpuFeature> {
  const kept = new Set([...features].filter((feature) => (requirements[feature] ?? []).every((r) => features.has(r))));
  return kept.size === features.size ? kept : complete(kept);
}

/** What is wrong with a text for cpuModel; null if nothing. */
export function cpuProblem(text: string): string | null {
  try {
    cpuModel(text);
    return null;
  } catch (error) {
    return (error as RangeError).message;
  }
}

/** Every feature named here works. */
export const defaultModel: CpuModel = cpuModel('max');
