import { deviceModels, deviceRows } from '../../../runtime/machine/catalogue/index.ts';
import { type CardModel, isaCardPlaces, networkCards } from '../../../runtime/machine/catalogue/network.ts';
import { isAdded } from '../../../runtime/machine/catalogue/row.ts';
import { scsiControllers } from '../../../runtime/machine/catalogue/scsi.ts';
import { soundCards as soundRows } from '../../../runtime/machine/catalogue/sound.ts';
import { usbControllers } from '../../../runtime/machine/catalogue/usb.ts';
import { scsiBusesOf } from '../../../runtime/machine/scsi-plan.ts';
import type { CardOptions } from '../../cards/options.ts';
import { planDrives } from '../../drives/options.ts';
import type { MachineOptions } from '../../options/options.ts';
import { checkedXen } from '../../options/xen.ts';

/** The hardware attached to a machine, as far as a Linux in it needs to know: drivers, and the devices that they bring. */
export interface Attached {
  /** Modules to be loaded, with their parameters after a space. */
  readonly drivers: readonly string[];
  /** How many whole disks and drives there are to be, by the letters that their names begin with. */
  readonly disks: Readonly<Record<string, number>>;
  /** How many network cards there are, and whether any of them gets its address by DHCP. */
  readonly cards: number;
  readonly dhcp: boolean;
  /** How many sound cards there are. */
  readonly sounds: number;
  /** Tags by which folders are mounted. */
  readonly tags: readonly string[];
  /** Devices that Linux has no driver for. */
  readonly unserved: readonly string[];
}

/** File systems, which Linux asks for when one is mounted, and what they ask for by a name. */
export const fileSystems: readonly string[] = [
  ...['ext4', 'crc32c_generic', 'isofs', 'udf', 'vfat', 'nls_cp437', 'nls_iso8859_1', 'nls_ascii', 'nls_utf8', 'exfat'],
  ...['overlay', 'squashfs', 'loop', 'fuse'],
];

type Bus = ReturnType<typeof planDrives>[number]['interface'];

/**
 * The drivers for a drive's bus, and the letters that names of its disks begin with; left out: the letters depend on its driver
 * for the kind of medium.
 */
const buses: Readonly<Record<Exclude<Bus, 'pflash'>, { drivers: readonly string[]; letters?: string }>> = {
  ide: { drivers: ['ata_piix'] },
  sata: { drivers: ['ahci'] },
  scsi: { drivers: [] },
  usb: { drivers: ['usb_storage'] },
  floppy: { drivers: ['floppy'], letters: 'fd' },
  virtio: { drivers: ['virtio_pci', 'virtio_blk'], letters: 'vd' },
  nvme: { drivers: ['nvme'], letters: 'nvme' },
  xen: { drivers: ['xen_blkfront'], letters: 'xvd' },
};
const media = { disk: { driver: 'sd_mod', letters: 'sd' }, cdrom: { driver: 'sr_mod', letters: 'sr' } } as const;

/** Devices that an option of their own adds, whose drivers come from the device alone. */
const addedDevices = deviceModels.filter((model) => {
  const { option, value, linux } = deviceRows[model];
  return option !== undefined && value === undefined && linux !== undefined;
});

/**
 * @param parallel something is connected to the parallel port
 * @throws ConfigurationError for a device of Xen in a machine without it, whose kernel has no driver for that
 */
export function attachedTo(options: MachineOptions, parallel = false): Attached {
  checkedXen(options);
  const drives = drivesOf(options);
  const cards = options.network ?? [];
  const shares = options.shares ?? [];
  const soundCards = options.soundCards ?? [];
  const added = addedDevices.filter((model) => isAdded(deviceRows[model], options));
  const drivers = [
    ...scsiOf(options),
    ...drives.flatMap(({ drivers }) => drivers),
    ...networkDrivers(cards.map(({ card = 'rtl8139' }) => card)),
    ...(shares.length > 0 ? ['virtio_pci', '9pnet_virtio', '9p'] : []),
    ...soundCards
      .map((card) => soundRows[card])
      .sort((a, b) => Number(b.isLoadedFirst ?? false) - Number(a.isLoadedFirst ?? false))
      .flatMap(({ linux }) => linux),
    ...usbOf(options),
    ...added.flatMap((model) => deviceRows[model].linux!),
    ...(parallel ? ['parport_pc', 'lp'] : []),
  ];
  const disks: Record<string, number> = {};
  for (const { letters } of drives) disks[letters] = (disks[letters] ?? 0) + 1;
  return {
    drivers: [...new Set(drivers)],
    disks,
    cards: cards.length,
    dhcp: cards.some(({ backend }) => backend !== undefined && !hasNoIpv4(backend)),
    sounds: soundCards.length,
    tags: shares.map(({ tag }) => tag),
    unserved: added.filter((model) => deviceRows[model].linux!.length === 0),
  };
}

function networkDrivers(models: readonly CardModel[]): string[] {
  const isa = isaCardPlaces.slice(0, models.filter((model) => model === 'ne2k_isa').length);
  const ports = isa.map(({ base }) => `0x${base.toString(16)}`).join(',');
  return [
    ...models.flatMap((model) => (model === 'ne2k_isa' ? [] : networkCards[model].linux!)),
    ...(isa.length > 0 ? [`ne io=${ports} irq=${isa.map(({ irq }) => irq).join(',')}`] : []),
  ];
}

function hasNoIpv4(backend: NonNullable<CardOptions['backend']>): boolean {
  return 'type' in backend && backend.type === 'user' && backend.ipv4 === false;
}

function drivesOf({ drives = [] }: MachineOptions): { drivers: readonly string[]; letters: string }[] {
  return planDrives(drives).flatMap(({ interface: bus, media: medium }) => {
    if (bus === 'pflash') return [];
    const { drivers, letters } = buses[bus];
    if (letters !== undefined) return [{ drivers, letters }];
    return [{ drivers: [...drivers, media[medium].driver], letters: media[medium].letters }];
  });
}

/** The controllers' own drivers. */
function scsiOf({ scsiControllers: named, drives = [] }: MachineOptions): string[] {
  const buses = scsiBusesOf({ scsiControllers: named, drives: planDrives(drives) });
  return buses.flatMap(({ model }) => scsiControllers[model].linux);
}

/** Controllers before what is plugged into them. A machine with something on the USB has a UHCI if no other is named. */
function usbOf({ usb, usbControllers: named, drives = [] }: MachineOptions): string[] {
  const hasDisk = planDrives(drives).some((drive) => drive.interface === 'usb');
  const usual = usb !== undefined || hasDisk ? [{ model: 'piix3-usb-uhci' as const }] : [];
  const controllers = named ?? usual;
  const inputs = (usb ?? []).length > 0 ? ['hid_generic', 'usbhid', 'evdev'] : [];
  return [...controllers.flatMap(({ model }) => usbControllers[model].linux), ...inputs];
}
