import { MachineCore } from '../../runtime/machine/machine.ts';
import { LoadedDevices } from '../../runtime/machine/optional-devices.ts';
import type { IsolateOptions } from '../isolate/isolate-options.ts';

/** Makes the core of a machine's isolate. Devices that not every machine has are loaded when one has them. */
export function coreOnDemand(): Pick<IsolateOptions, 'prepare' | 'createCore'> {
  const devices = new LoadedDevices();
  return {
    prepare: (config) => devices.loadFor(config),
    createCore: (config, host) => new MachineCore(config, host, devices),
  };
}
