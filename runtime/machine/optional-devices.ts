import type { CardBoard, Part } from './board.ts';
import { type CardSettings, type OptionalCardModel, optionalCardModels, optionalCards } from './catalogue/cards.ts';
import { pciDiskModel } from './catalogue/disks.ts';
import {
  type PluggablePciModel,
  type PlugTypeOf,
  pluggablePciModels,
  pluggablePciRows,
} from './catalogue/pluggable.ts';
import { isAdded } from './catalogue/row.ts';
import type { SoundCardModel } from './catalogue/sound.ts';
import type { MachineConfig } from './config.ts';
import type { PluggedChipOptions } from './pci-devices.ts';
import { modelOfPlugged, type PluggedDevice } from './plugged.ts';
import { scsiBusesOf } from './scsi-plan.ts';
import { usbBusesOf } from './usb-plan.ts';

const chip = <Chip>(Chip: Chip) => ({ Chip });

/** Options of an optional card's chip. */
type CardOptions<Model extends OptionalCardModel> = CardBoard &
  Extract<CardSettings[(typeof optionalCards)[Model]['option']], object>;

/** Where the chips of optional cards are. */
const optionalChips: {
  readonly [Model in OptionalCardModel]: () => Promise<{ readonly Chip: new (options: CardOptions<Model>) => Part }>;
} = {
  edu: async () => chip((await import('../devices/edu/index.ts')).Edu),
};

/** Where the chips are of PCI devices that can be plugged in. */
const pluggableChips: {
  readonly [Model in PluggablePciModel]: () => Promise<{
    readonly Chip: new (options: CardBoard & PluggedChipOptions[PlugTypeOf<Model>]) => Part;
  }>;
} = {
  e1000: async () => chip((await import('../devices/e1000/index.ts')).E1000),
  ne2k_pci: async () => chip((await import('../devices/ne2000/index.ts')).Ne2000Pci),
  nvme: async () => chip((await import('../devices/nvme/index.ts')).Nvme),
  pcnet: async () => chip((await import('../devices/pcnet/index.ts')).Pcnet),
  rtl8139: async () => chip((await import('../devices/rtl8139/index.ts')).Rtl8139),
  'virtio-blk-pci': async () => chip((await import('../devices/virtio/block/index.ts')).VirtioBlock),
  'virtio-net-pci': async () => chip((await import('../devices/virtio/network/index.ts')).VirtioNetwork),
  vmxnet3: async () => chip((await import('../devices/vmxnet3/index.ts')).Vmxnet3),
  'virtio-rng-pci': async () => chip((await import('../devices/virtio/rng/index.ts')).VirtioRng),
};

/** Both models are this chip. */
const lsi53c8xx = async () => chip((await import('../devices/lsi53c8xx/index.ts')).Lsi53c8xx);

/** Where the parts of sound cards are. */
const soundPlaces = {
  AC97: () => import('./sound/ac97.ts'),
  adlib: async () => (await import('./sound/sb16.ts')).adlib,
  sb16: () => import('./sound/sb16.ts'),
} as const satisfies Readonly<Record<SoundCardModel, unknown>>;

/** Devices that not every machine has, and where their modules are. */
const places = {
  ...soundPlaces,
  ...optionalChips,
  ...pluggableChips,
  ahci: () => import('../devices/ahci/index.ts'),
  cirrus: () => import('../devices/cirrus/index.ts'),
  flash: () => import('../devices/pflash/index.ts'),
  ne2k_isa: async () => chip((await import('../devices/ne2000/index.ts')).Ne2000Isa),
  lsi53c810: lsi53c8xx,
  lsi53c895a: lsi53c8xx,
  mptsas1068: async () => chip((await import('../devices/mptsas1068/index.ts')).Mptsas1068),
  pvscsi: async () => chip((await import('../devices/pvscsi/index.ts')).Pvscsi),
  standardVga: () => import('../devices/standard-vga/index.ts'),
  usb: () => import('./usb.ts'),
  virtioBalloon: () => import('../devices/virtio/balloon/index.ts'),
  virtioConsole: () => import('../devices/virtio/console/index.ts'),
  virtioNinep: () => import('../devices/virtio/ninep/index.ts'),
  vmwareSvga: () => import('../devices/vmware-svga/index.ts'),
  xen: () => import('../xen/index.ts'),
};

type OptionalDevice = keyof typeof places;
/** Their modules. */
export type DeviceModules = { readonly [Name in OptionalDevice]: Awaited<ReturnType<(typeof places)[Name]>> };

/** Where a machine has the modules of its devices from. */
export interface DeviceShelf {
  /** Throws an Error for one that is not there. */
  module<Name extends OptionalDevice>(name: Name): DeviceModules[Name];
  /** Gets what it takes to plug a device in; null: it is there. Rejects if it cannot be had. */
  fetch(device: PluggedDevice): Promise<void> | null;
}

const driveModules: Readonly<Record<string, OptionalDevice>> = {
  pflash: 'flash',
  sata: 'ahci',
};

const displayModules = { cirrus: 'cirrus', std: 'standardVga', vmware: 'vmwareSvga' } as const;

/** The devices that a machine with this configuration has of them. */
function devicesOf(config: MachineConfig): OptionalDevice[] {
  const { vga = 'none', cards = [], drives = [], soundCards = [], shares = [] } = config;
  const isThere: Readonly<Partial<Record<OptionalDevice, boolean>>> = {
    ahci: config.ahci === true,
    usb: usbBusesOf(config).length > 0,
    virtioBalloon: config.balloon !== undefined,
    virtioConsole: config.virtioPorts !== undefined,
    virtioNinep: shares.length > 0,
    xen: config.xen === true,
  };
  return [
    ...(Object.keys(isThere) as OptionalDevice[]).filter((name) => isThere[name]),
    ...(vga === 'none' ? [] : [displayModules[vga]]),
    ...soundCards,
    ...cards.flatMap(({ model }) => (model === 'xen-net-device' ? [] : [model])),
    ...optionalCardModels.filter((model) => isAdded(optionalCards[model], config)),
    ...pluggablePciModels.filter((model) => isAdded(pluggablePciRows[model], config)),
    ...scsiBusesOf(config).map(({ model }) => model),
    ...drives.flatMap((drive) => driveModules[drive.interface] ?? pciDiskModel(drive.interface) ?? []),
  ];
}

type Loaded = { [Name in OptionalDevice]?: DeviceModules[Name] };

/** Has modules that come when a machine needs them: for hosts where each byte of a program is loaded from a server first. */
export class LoadedDevices implements DeviceShelf {
  readonly #modules: Loaded = {};

  /** Rejects if one of those that a machine has cannot be had. */
  async loadFor(config: MachineConfig): Promise<void> {
    await Promise.all(devicesOf(config).map((name) => this.#load(name)));
  }

  module<Name extends OptionalDevice>(name: Name): DeviceModules[Name] {
    const module = this.#modules[name];
    if (module === undefined) throw new Error(`the module of the device ${name} has not been loaded`);
    return module;
  }

  fetch(device: PluggedDevice): Promise<void> | null {
    // USB devices come with their bus.
    if (!('slot' in device)) return null;
    const model = modelOfPlugged(device);
    return this.#modules[model] ? null : this.#load(model);
  }

  async #load<Name extends OptionalDevice>(name: Name): Promise<void> {
    this.#modules[name] = (await places[name]()) as Loaded[Name];
  }
}
