import { type CpuModel, cpuModel, defaultModel } from '../cpu/model.ts';
import type { MachineConfig } from './config.ts';

/** The model that the configuration names, or the default one. */
export function modelOf({ cpu }: Pick<MachineConfig, 'cpu'>): CpuModel {
  return cpu === undefined ? defaultModel : cpuModel(cpu);
}
