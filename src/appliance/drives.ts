import { PORTS as SATA_PORTS } from '../../runtime/devices/ahci/registers.ts';
import { SCSI_DRIVES, type ScsiControllerModel, scsiControllers } from '../../runtime/machine/catalogue/scsi.ts';
import { scsiIndexOf } from '../../runtime/machine/scsi-plan.ts';
import type { DriveOptions } from '../drives/options.ts';
import type { MachineOptions } from '../options/options.ts';
import type { ImageFormat } from '../storage/formats.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { DescribedDrive } from './descriptor.ts';

/** An image of an appliance: its name at the host, and its format. */
export interface ApplianceImage {
  readonly image: string;
  readonly format: ImageFormat;
}

/** Interfaces that drives of appliances get, how many places each has, and what notes call it. */
const interfaces = {
  ide: { places: 4, text: 'IDE' },
  sata: { places: SATA_PORTS, text: 'SATA' },
  scsi: { places: SCSI_DRIVES, text: 'SCSI' },
  nvme: { places: 16, text: 'NVMe' },
  floppy: { places: 2, text: 'floppy controller' },
} as const;

/** SCSI controllers by the names that appliances have for them, in lower case. */
const scsiModels: ReadonlyMap<string, ScsiControllerModel> = new Map([
  ['virtualscsi', 'pvscsi'],
  ['pvscsi', 'pvscsi'],
  ['lsilogicsas', 'mptsas1068'],
]);

/** A drive's interface, and its place there; without `index` any place will do. */
interface Place {
  readonly interface: keyof typeof interfaces;
  readonly index?: number;
}

/** Hands out places, each once. */
class Places {
  readonly #named = new Set<string>();
  readonly #used = new Map<Place['interface'], number>();

  /** Whether the place is there and was free. */
  take({ interface: kind, index }: Place): boolean {
    const used = this.#used.get(kind) ?? 0;
    const { places } = interfaces[kind];
    const name = `${kind} ${index}`;
    if (used >= places || (index !== undefined && (index >= places || this.#named.has(name)))) return false;
    this.#used.set(kind, used + 1);
    if (index !== undefined) this.#named.add(name);
    return true;
  }
}

/**
 * Drives at the places that the appliance says, and the SCSI controllers that they are at; where such a place is not there, or has a drive already, at
 * others. `note` hears of these.
 * @throws ConfigurationError if there are more drives than places
 */
export function drivesOf(
  drives: readonly DescribedDrive[],
  images: ReadonlyMap<string, ApplianceImage>,
  note: (text: string) => void,
): Pick<MachineOptions, 'drives' | 'scsiControllers'> {
  const controllers = [...new Set(drives.flatMap((drive) => scsiModelOf(drive) ?? []))];
  const places = new Places();
  const own = drives.map((drive) => ownPlace(drive, controllers));
  // Those that name their place get it, whatever stands before them.
  const kept = own.map((place) => (place?.index !== undefined && places.take(place) ? place : undefined));
  const placed = drives.map((drive, n) => {
    const place = kept[n] ?? otherPlaces(drive, own[n], controllers).find((other) => places.take(other));
    const name = drive.name || 'a drive';
    if (place === undefined) throw new ConfigurationError(`${name}: all places for such drives are taken`);
    if (place.interface !== own[n]?.interface)
      note(`${name} is on the ${interfaces[place.interface].text}: ${whyNot(drive, own[n])}`);
    else if (place.index !== own[n].index)
      note(`${name} is at another place of the ${interfaces[place.interface].text}: ${whyNot(drive, own[n])}`);
    return {
      ...mediumOf(drive, images),
      ...(place.interface !== 'ide' && { interface: place.interface }),
      ...(place.index !== undefined && { index: place.index }),
    };
  });
  return {
    drives: placed,
    ...(controllers.length > 0 && { scsiControllers: controllers.map((model) => ({ model })) }),
  };
}

/** The SCSI controller that a drive is at; undefined: it is at none that there is. */
function scsiModelOf({ bus, model, media }: DescribedDrive): ScsiControllerModel | undefined {
  return bus === 'scsi' && media !== 'floppy' ? scsiModels.get(model.toLowerCase()) : undefined;
}

/** The place that the appliance says, without an index where the controller has not such a one; undefined if there is no such controller here. */
function ownPlace(drive: DescribedDrive, controllers: readonly ScsiControllerModel[]): Place | undefined {
  const { model, media, bus, channel, unit } = drive;
  if (bus === 'floppy') return { interface: 'floppy', index: unit };
  if (bus === 'ide') return { interface: 'ide', index: 2 * channel + unit };
  if (bus === 'sata' && /nvme/i.test(model)) return media === 'disk' ? { interface: 'nvme' } : undefined;
  if (bus === 'sata' && /^$|ahci|sata/i.test(model)) return { interface: 'sata' };
  const controller = scsiModelOf(drive);
  if (controller === undefined) return undefined;
  if (unit >= scsiControllers[controller].targets) return { interface: 'scsi' };
  return { interface: 'scsi', index: scsiIndexOf(controllers.indexOf(controller), unit) };
}

/** Other places for a drive, the best first. */
function otherPlaces(
  drive: DescribedDrive,
  own: Place | undefined,
  controllers: readonly ScsiControllerModel[],
): readonly Place[] {
  const beside = placesBeside(drive, own, controllers);
  if (drive.media === 'floppy') return beside;
  return [
    ...beside,
    { interface: 'ide' },
    { interface: 'sata' },
    ...(drive.media === 'disk' ? [{ interface: 'nvme' } as const] : []),
  ];
}

/** Places of the controller that the appliance says. */
function placesBeside(
  drive: DescribedDrive,
  own: Place | undefined,
  controllers: readonly ScsiControllerModel[],
): readonly Place[] {
  const controller = scsiModelOf(drive);
  if (controller === undefined) return own === undefined ? [] : [{ interface: own.interface }];
  const first = scsiIndexOf(controllers.indexOf(controller), 0);
  const { targets } = scsiControllers[controller];
  return Array.from({ length: targets }, (_, target) => ({ interface: 'scsi', index: first + target }));
}

/** Why a drive is not where the appliance says. */
const whyNot = ({ model, bus }: DescribedDrive, own: Place | undefined): string =>
  own === undefined ? `there is no ${model || bus} controller` : 'its own place is not there, or is taken';

function mediumOf({ media, file }: DescribedDrive, images: ReadonlyMap<string, ApplianceImage>): DriveOptions {
  const medium = file === undefined ? {} : { ...images.get(file), snapshot: media !== 'cdrom' };
  return media === 'floppy' ? medium : { ...medium, media };
}
