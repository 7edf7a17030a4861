import * as ahci from '../devices/ahci/index.ts';
import * as cirrus from '../devices/cirrus/index.ts';
import * as e1000 from '../devices/e1000/index.ts';
import * as edu from '../devices/edu/index.ts';
import * as ne2000 from '../devices/ne2000/index.ts';
import * as nvme from '../devices/nvme/index.ts';
import * as pcnet from '../devices/pcnet/index.ts';
import * as flash from '../devices/pflash/index.ts';
import * as rtl8139 from '../devices/rtl8139/index.ts';
import * as standardVga from '../devices/standard-vga/index.ts';
import * as virtioBalloon from '../devices/virtio/balloon/index.ts';
import * as virtioBlock from '../devices/virtio/block/index.ts';
import * as virtioConsole from '../devices/virtio/console/index.ts';
import * as virtioNetwork from '../devices/virtio/network/index.ts';
import * as virtioNinep from '../devices/virtio/ninep/index.ts';
import * as virtioRng from '../devices/virtio/rng/index.ts';
import type { MachineConfig, MachineHost } from './config.ts';
import { MachineCore } from './machine.ts';
import type { DeviceModules, DeviceShelf } from './optional-devices.ts';
import * as sound from './sound-cards.ts';
import * as usb from './usb.ts';

const modules: DeviceModules = {
  ...{ ahci, cirrus, e1000, edu, flash, ne2000, nvme, pcnet, rtl8139, sound, standardVga, usb },
  ...{ virtioBalloon, virtioBlock, virtioConsole, virtioNetwork, virtioNinep, virtioRng },
};
const shelf: DeviceShelf = { module: (name) => modules[name], fetch: () => null };

/** Makes a core, powered on, at its first instruction; all devices are there. Throws BootError if the images cannot be booted. */
export function createMachine(config: MachineConfig, host: MachineHost): MachineCore {
  return new MachineCore(config, host, shelf);
}
