import { type CpuModel, cpuModel, defaultModel } from '../cpu/model.ts';
import { ALONE, initialApicIds, type Topology } from '../cpu/topology.ts';

/** The model that the configuration names, or the default one. */
export function modelOf({ cpu }: { readonly cpu?: string | undefined }): CpuModel {
  return cpu === undefined ? defaultModel : cpuModel(cpu);
}

/** IDs of the processors' local APICs at power-on; null: the model has none. */
export function apicIdsOf(config: {
  readonly cpu?: string | undefined;
  readonly topology?: Topology;
}): readonly number[] | null {
  return modelOf(config).features.has('apic') ? initialApicIds(config.topology ?? ALONE) : null;
}
