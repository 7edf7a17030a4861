import { type FeatureName, type FeatureRow, type FeaturesThat, featureTable } from '../../translator/x86/features.ts';
import type { Feature } from '../../translator/x86/table/form.ts';

/** Features that no instruction form depends on. */
export type SystemFeature = FeaturesThat<'system' | 'optional' | 'pretended'>;

/** A feature that processors here can have. */
export type CpuFeature = Feature | SystemFeature;

/** A feature of real processors that none here has. */
export type LackingFeature = FeaturesThat<'missing'>;

const rows = Object.entries<FeatureRow>(featureTable) as [FeatureName, FeatureRow][];
const namesOf = (...has: readonly FeatureRow['has'][]) =>
  rows.filter(([, row]) => has.includes(row.has)).map(([name]) => name);

/** All that this processor can do; the other models have of it what they had. */
export const implemented = ['base', ...namesOf('instructions', 'system')] as readonly CpuFeature[];

/** Features that can be added to a model and taken away from it, for messages. */
export const changeableFeatures = namesOf('instructions', 'system', 'optional', 'pretended') as readonly CpuFeature[];

/** Names of features that no processor here has. */
export const lackingFeatures = namesOf('missing') as readonly LackingFeature[];

/** Whether CPUID tells of a feature of this name. */
export function isFeatureName(name: string): name is FeatureName {
  return Object.hasOwn(featureTable, name);
}

/** A feature and all that it needs. */
export function needsOf(name: FeatureName | 'base'): readonly (FeatureName | 'base')[] {
  const { needs = [] }: Partial<FeatureRow> = name === 'base' ? {} : featureTable[name];
  return [name, ...needs.flatMap((needed) => needsOf(needed as FeatureName))];
}

/** A feature as QEMU's messages name it. */
export function featureText(name: FeatureName): string {
  const { leaf, register, bit } = featureTable[name];
  return `CPUID.${leaf.toString(16).toUpperCase().padStart(2, '0')}H:${register}.${name} [bit ${bit}]`;
}

/** A register of a leaf of CPUID that tells of features: those that are there. */
export function featureWord(
  present: Pick<ReadonlySet<CpuFeature>, 'has'>,
  leaf: number,
  register: FeatureRow['register'],
): number {
  let word = 0;
  for (const name of changeableFeatures) {
    const row: FeatureRow = featureTable[name as FeatureName];
    if (row.leaf === leaf && row.register === register && present.has(name)) word |= 1 << row.bit;
  }
  return word;
}
