import * as ahci from '../devices/ahci/index.ts';
import * as cirrus from '../devices/cirrus/index.ts';
import { E1000 } from '../devices/e1000/index.ts';
import { Edu } from '../devices/edu/index.ts';
import { Lsi53c8xx } from '../devices/lsi53c8xx/index.ts';
import { Mptsas1068 } from '../devices/mptsas1068/index.ts';
import { Ne2000Isa, Ne2000Pci } from '../devices/ne2000/index.ts';
import { Nvme } from '../devices/nvme/index.ts';
import { Pcnet } from '../devices/pcnet/index.ts';
import * as flash from '../devices/pflash/index.ts';
import { Pvscsi } from '../devices/pvscsi/index.ts';
import { Rtl8139 } from '../devices/rtl8139/index.ts';
import * as standardVga from '../devices/standard-vga/index.ts';
import * as virtioBalloon from '../devices/virtio/balloon/index.ts';
import { VirtioBlock } from '../devices/virtio/block/index.ts';
import * as virtioConsole from '../devices/virtio/console/index.ts';
import { VirtioNetwork } from '../devices/virtio/network/index.ts';
import * as virtioNinep from '../devices/virtio/ninep/index.ts';
import { VirtioRng } from '../devices/virtio/rng/index.ts';
import * as vmwareSvga from '../devices/vmware-svga/index.ts';
import { Vmxnet3 } from '../devices/vmxnet3/index.ts';
import * as xen from '../xen/index.ts';
import type { MachineConfig, MachineHost } from './config.ts';
import { MachineCore } from './machine.ts';
import type { DeviceModules, DeviceShelf } from './optional-devices.ts';
import * as AC97 from './sound/ac97.ts';
import * as sb16 from './sound/sb16.ts';
import * as usb from './usb.ts';

const modules: DeviceModules = {
  ...{ ahci, cirrus, flash, standardVga, usb, virtioBalloon, virtioConsole, virtioNinep, vmwareSvga, xen },
  ...{ AC97, adlib: sb16.adlib, sb16 },
  e1000: { Chip: E1000 },
  edu: { Chip: Edu },
  ne2k_isa: { Chip: Ne2000Isa },
  ne2k_pci: { Chip: Ne2000Pci },
  nvme: { Chip: Nvme },
  lsi53c810: { Chip: Lsi53c8xx },
  lsi53c895a: { Chip: Lsi53c8xx },
  mptsas1068: { Chip: Mptsas1068 },
  pcnet: { Chip: Pcnet },
  pvscsi: { Chip: Pvscsi },
  rtl8139: { Chip: Rtl8139 },
  'virtio-blk-pci': { Chip: VirtioBlock },
  'virtio-net-pci': { Chip: VirtioNetwork },
  vmxnet3: { Chip: Vmxnet3 },
  'virtio-rng-pci': { Chip: VirtioRng },
};
const shelf: DeviceShelf = { module: (name) => modules[name], fetch: () => null };

/** Makes a core, powered on, at its first instruction; all devices are there. Throws BootError if the images cannot be booted. */
export function createMachine(config: MachineConfig, host: MachineHost): MachineCore {
  return new MachineCore(config, host, shelf);
}
