import { changedFeatures } from './feature-changes.ts';
import { type CpuFeature, implemented } from './features.ts';

export type { CpuFeature, SystemFeature } from './features.ts';

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

const i486: readonly CpuFeature[] = ['base', 'fpu', 'vme', 'pse'];
const pentium: readonly CpuFeature[] = [...i486, 'de', 'tsc', 'msr', 'mce', 'cx8', 'apic', 'mmx'];
const pentium3: readonly CpuFeature[] = [
  ...pentium,
  ...(['pae', 'sep', 'mtrr', 'pge', 'mca', 'cmov', 'pat', 'pse36', 'fxsr', 'sse'] as const),
];
const core2: readonly CpuFeature[] = [...pentium3, 'clflush', 'sse2', 'pni', 'ssse3', 'nx'];

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
 * The model that a text such as `pentium3,+nx,-sse` or `pentium3,nx=on,sse=off` means: a name, then features to add
 * (with what they need) or to take away (with what needs them). Case is ignored.
 * @throws RangeError if there is no such model, this processor doesn't have the feature, or one that is added needs
 *   one that is taken away
 */
export function cpuModel(text: string): CpuModel {
  const [name, ...changes] = text.split(',');
  const usual = name!.toLowerCase();
  const model = Object.hasOwn(models, usual) ? models[usual as CpuModelName] : undefined;
  if (model === undefined) throw new RangeError(`unknown model '${name}'; it is one of: ${cpuModelNames.join(', ')}`);
  return { vendor: 'GenuineIntel', ...model, features: changedFeatures(model.features, changes) };
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
