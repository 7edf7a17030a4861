import { featureWord } from '../cpu/features.ts';
import { type SmbiosImage, smbiosImage } from '../firmware/smbios/index.ts';
import type { MachineConfig } from './config.ts';
import { splitMemory } from './memory-size.ts';
import { modelOf } from './model-of.ts';

/** The facts about a machine in its SMBIOS tables. */
export function smbiosOf(config: MachineConfig): SmbiosImage {
  const model = modelOf(config);
  const { below, above } = splitMemory(config);
  return smbiosImage({
    ...config.system,
    cpuid: [model.signature, featureWord(model.features, 1, 'EDX')],
    ram: [below, above],
  });
}
