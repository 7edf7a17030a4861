import { MachineCore } from '../../runtime/machine/machine.ts';
import { LoadedDevices } from '../../runtime/machine/optional-devices.ts';
import type { IsolateOptions } from '../isolate/isolate-options.ts';

/** What a machine's isolate makes its core with: devices that not every machine has are loaded when one has them. */
export function coreOnDemand(): Pick<IsolateOptions, 'prepare' | 'createCore'> {
  const devices = new LoadedDevices();
  return {
    prepare: (config) => devices.loadFor(config),
    createCore: (config, host) => new MachineCore(config, host, devices),
  };
}
