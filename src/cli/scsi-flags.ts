import type { ScsiControllerModel } from '../../runtime/machine/catalogue/scsi.ts';
import { scsiControllers as rows, SCSI_TARGETS } from '../../runtime/machine/catalogue/scsi.ts';
import { scsiBusesOf, scsiIndexOf, scsiPlaceOf } from '../../runtime/machine/scsi-plan.ts';
import { planDrives } from '../drives/options.ts';
import { ConfigurationError } from '../index.ts';
import { connectDrive } from './drive-flags.ts';
import { parseInteger } from './properties.ts';
import { machine, type Settings } from './settings.ts';

/** The settings with a SCSI controller, which may have a name. */
export function addScsiController(settings: Settings, model: ScsiControllerModel, id = ''): Settings {
  const { scsiControllers = [] } = settings.machine;
  return machine(settings, { scsiControllers: [...scsiControllers, { model, ...(id && { id }) }] });
}

/**
 * The settings with a drive of scsi-hd or scsi-cd. As in QEMU, one that names no target gets the next free one.
 * @throws ConfigurationError if there is no controller for it, no such bus, or no such target
 */
export function addScsiDrive(
  settings: Settings,
  media: 'disk' | 'cdrom',
  properties: Readonly<Record<string, string>>,
): Settings {
  const { bus = '', 'scsi-id': id = '', lun = '0', channel = '0', ...others } = properties;
  const { scsiControllers = [] } = settings.machine;
  const buses = scsiBusesOf({ scsiControllers });
  const controller = bus === '' ? 0 : buses.findIndex(({ name }) => name === bus);
  if (buses.length === 0)
    throw new ConfigurationError(
      `No 'SCSI' bus found for device 'scsi-${media === 'disk' ? 'hd' : 'cd'}'; give -device pvscsi before it`,
    );
  if (controller < 0)
    throw new ConfigurationError(`Bus '${bus}' not found; give bus=${buses.map(({ name }) => name).join(' or bus=')}`);
  for (const [name, value] of Object.entries({ lun, channel }))
    if (parseInteger(name, value) !== 0)
      throw new ConfigurationError(`${name}=${value} is not there: each target has one unit, number 0; leave it out`);
  const target = id === '' ? freeTarget(settings, controller) : parseInteger('scsi-id', id);
  const { targets } = rows[buses[controller]!.model];
  if (target >= targets)
    throw new ConfigurationError(`bad scsi device id: ${target}; give one from 0 to ${targets - 1}`);
  return connectDrive(settings, { media, interface: 'scsi', index: scsiIndexOf(controller, target) }, others);
}

/** The first target of a controller that no drive is. */
function freeTarget({ machine: { drives = [] } }: Settings, controller: number): number {
  const taken = planDrives(drives).flatMap(({ interface: kind, index }) =>
    kind === 'scsi' ? [scsiPlaceOf(index)] : [],
  );
  const isTaken = (target: number) => taken.some((place) => place.controller === controller && place.target === target);
  return Array.from({ length: SCSI_TARGETS + 1 }, (_, n) => n).find((target) => !isTaken(target))!;
}
