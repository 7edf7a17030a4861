import { changedFeatures } from './feature-changes.ts';
import {
  type CpuFeature,
  changeableFeatures,
  featureText,
  implemented,
  type LackingFeature,
  lackingFeatures,
} from './features.ts';
import { splitChanges } from './features-elsewhere.ts';
import { type Enlightenments, splitEnlightenments } from './hyper-v/enlightenments.ts';
import { type SixtyFourBitModel, sixtyFourBitModel, sixtyFourBitModels } from './sixty-four-bit-models.ts';
import { UnknownNameError } from './unknown-name.ts';

export type { CpuFeature, SystemFeature } from './features.ts';

/** The identity and the features of a model of processor. */
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
  /** Features that the model has, or that were asked for, and that this processor lacks: CPUID does not show them. */
  readonly lacking: readonly LackingFeature[];
  /** Undefined: guests find no Hyper-V. */
  readonly enlightenments?: Enlightenments | undefined;
}

/** A model's family, from its signature. */
export function familyOf(model: CpuModel): number {
  return (model.signature >>> 8) & 0xf;
}

const i486: readonly CpuFeature[] = ['base', 'fpu', 'vme', 'pse'];
const pentium: readonly CpuFeature[] = [...i486, 'de', 'tsc', 'msr', 'mce', 'cx8', 'apic', 'mmx'];
const pentium2: readonly CpuFeature[] = [
  ...pentium,
  ...(['pae', 'sep', 'mtrr', 'pge', 'mca', 'cmov', 'pat', 'pse36', 'fxsr'] as const),
];
const pentium3: readonly CpuFeature[] = [...pentium2, 'sse'];
const core2: readonly CpuFeature[] = [...pentium3, 'clflush', 'sse2', 'pni', 'ssse3', 'nx'];
/** The features of QEMU's own 32-bit model. */
const qemu32: readonly CpuFeature[] = [
  ...(['base', 'fpu', 'de', 'pse', 'tsc', 'msr', 'mce', 'cx8', 'pge', 'cmov', 'pat', 'fxsr'] as const),
  ...(['mmx', 'sse', 'sse2', 'pae', 'sep', 'apic', 'pni'] as const),
];
const kvm32: readonly CpuFeature[] = [...qemu32, 'vme', 'mtrr', 'clflush', 'mca', 'pse36'];
const coreduo: readonly CpuFeature[] = [...qemu32, 'vme', 'mtrr', 'clflush', 'mca', 'nx'];
const n270: readonly CpuFeature[] = [...coreduo, 'ssse3', 'movbe'];
/** Additional features of processors that save energy. */
const mobile: readonly LackingFeature[] = ['acpi', 'ss', 'monitor'];
const none: readonly LackingFeature[] = [];

/**
 * Names, signatures, last leaves and features are those of QEMU 7.2 (target/i386/cpu.c, builtin_x86_defs); the Pentium III is a
 * Coppermine. The last leaf of `max` tells the TSC's frequency.
 */
const models = {
  '486': { signature: 0x480, lastLeaf: 1, brand: 'rawiron 486', features: i486, lacking: none },
  pentium: { signature: 0x543, lastLeaf: 1, brand: 'rawiron Pentium', features: pentium, lacking: none },
  pentium2: { signature: 0x652, lastLeaf: 2, brand: 'rawiron Pentium II', features: pentium2, lacking: none },
  pentium3: { signature: 0x683, lastLeaf: 2, brand: 'rawiron Pentium III', features: pentium3, lacking: none },
  core2: { signature: 0x6fb, lastLeaf: 7, brand: 'rawiron Core 2', features: core2, lacking: none },
  core2duo: {
    ...{ signature: 0x6fb, lastLeaf: 10, brand: 'Intel(R) Core(TM)2 Duo CPU     T7700  @ 2.40GHz' },
    ...{ features: core2, lacking: [...mobile, 'cx16', 'syscall', 'lm', 'lahf-lm'] as const },
  },
  coreduo: {
    ...{ signature: 0x6e8, lastLeaf: 10, brand: 'Genuine Intel(R) CPU           T2600  @ 2.16GHz' },
    ...{ features: coreduo, lacking: mobile },
  },
  n270: {
    ...{ signature: 0x106c2, lastLeaf: 10, brand: 'Intel(R) Atom(TM) CPU N270   @ 1.60GHz' },
    ...{ features: n270, lacking: [...mobile, 'lahf-lm'] as const },
  },
  qemu32: { signature: 0x663, lastLeaf: 4, brand: 'QEMU Virtual CPU version 2.5+', features: qemu32, lacking: none },
  kvm32: { signature: 0xf61, lastLeaf: 5, brand: 'Common 32-bit KVM processor', features: kvm32, lacking: none },
  max: { signature: 0x6fb, lastLeaf: 0x15, brand: 'rawiron', features: implemented, lacking: none },
} as const;

/** Names of the models, for messages. */
export const cpuModelNames: readonly string[] = [...Object.keys(models), ...sixtyFourBitModels];

/** A model before changes of its features; vendor left out: Intel. */
type PlainModel = Omit<CpuModel, 'vendor' | 'features'> & {
  readonly vendor?: string;
  readonly features: readonly CpuFeature[];
};

/** The model of a name, in any case; QEMU's first version of each is the model itself. */
function plainModel(name: string): PlainModel | undefined {
  const usual = name.toLowerCase().replace(/-v1$/, '');
  const found = cpuModelNames.find((one) => one.toLowerCase() === usual);
  if (found === undefined) return undefined;
  return Object.hasOwn(models, found) ? models[found as keyof typeof models] : without64Bits(sixtyFourBitModel(found));
}

/** The part of a 64-bit model that a 32-bit processor can have. */
function without64Bits({ features, ...model }: SixtyFourBitModel): PlainModel {
  const present = implemented.filter((feature) => feature === 'base' || features.includes(feature));
  return { ...model, features: present, lacking: lackingFeatures.filter((feature) => features.includes(feature)) };
}

/**
 * The model that a text such as `pentium3,+nx,-sse` or `pentium3,nx=on,sse=off` means: a name, then features to add
 * (with what they need) or to take away (with what needs them). Case is ignored. With `enforce` the model must lack nothing.
 * @throws RangeError if there is no such model or no such feature, or one that is added needs one that is taken away
 */
export function cpuModel(text: string): CpuModel {
  const { model, changes, elsewhere, isEnforced, enlightenments } = parseModel(text);
  const asked = changedFeatures([...model.features, ...model.lacking], changes);
  const lacking = lackingFeatures.filter((feature) => asked.has(feature));
  const missing = [...lacking.map(featureText), ...elsewhere];
  if (isEnforced && missing.length > 0)
    throw new RangeError(
      `this processor doesn't support requested features (${missing.join(', ')}); leave 'enforce' out, or take them away`,
    );
  const present = (['base', ...changeableFeatures] as const).filter((feature) => asked.has(feature));
  if (enlightenments !== undefined) checkEnlightened(present);
  return { vendor: 'GenuineIntel', ...model, lacking, features: new Set(present), enlightenments };
}

/** Hyper-V is reached by MSRs, and its time is that of the TSC. */
function checkEnlightened(present: readonly CpuFeature[]): void {
  const lacked = (['msr', 'tsc'] as const).find((feature) => !present.includes(feature));
  if (lacked !== undefined) throw new RangeError(`Hyper-V's properties (hv-…) need ${lacked}; give +${lacked} too`);
}

/** Warnings about features that a model lacks, in QEMU's words; none with `check=off`. */
export function cpuWarnings(text: string): readonly string[] {
  const { isChecked, elsewhere } = parseModel(text);
  if (!isChecked) return [];
  return [...cpuModel(text).lacking.map(featureText), ...elsewhere].map(
    (feature) => `this processor doesn't support requested feature: ${feature}`,
  );
}

function parseModel(text: string) {
  const [name, ...all] = text.split(',');
  const { enlightenments, missing, others: properties } = splitEnlightenments(all);
  const model = plainModel(name!);
  if (model === undefined) throw new UnknownNameError(`unknown model '${name}'`, name!, cpuModelNames);
  const isSet = (property: string, usually: boolean): boolean =>
    properties.reduce((before, one) => switched(one, property) ?? before, usually);
  const { changes, elsewhere } = splitChanges(
    properties.filter((one) => ['check', 'enforce'].every((property) => switched(one, property) === undefined)),
  );
  const [isChecked, isEnforced] = [isSet('check', true), isSet('enforce', false)];
  return { model, changes, elsewhere: [...elsewhere, ...missing], isChecked, isEnforced, enlightenments };
}

/** The value of a text `property`, `property=on` or `property=off`; undefined for any other text. */
function switched(text: string, property: string): boolean | undefined {
  const [, name, value] = /^(\w+)(?:=(on|off))?$/i.exec(text) ?? [];
  return name?.toLowerCase() === property ? value?.toLowerCase() !== 'off' : undefined;
}

/** The message about a text that {@link cpuModel} does not accept; null if it does. */
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
