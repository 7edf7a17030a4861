import { scsiControllerModels, scsiControllers } from '../../runtime/machine/catalogue/scsi.ts';
import {
  type ScsiControllerConfig,
  type ScsiPlans,
  scsiBusesOf,
  scsiPlaceOf,
} from '../../runtime/machine/scsi-plan.ts';
import { type DrivePlan, isIdentifier } from '../drives/options.ts';
import { checkedOneOf, checkNames, shown } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';

/** @throws ConfigurationError */
export function checkedScsiControllers(controllers: readonly ScsiControllerConfig[]): readonly ScsiControllerConfig[] {
  if (!Array.isArray(controllers))
    throw new ConfigurationError(`scsiControllers is ${shown(controllers)}; it must be an array`);
  for (const [n, controller] of controllers.entries())
    atOption(n, () => checkController(`scsiControllers[${n}]`, controller, controllers.slice(0, n)));
  return controllers;
}

function checkController(
  where: string,
  controller: ScsiControllerConfig,
  others: readonly ScsiControllerConfig[],
): void {
  checkNames(where, controller, ['model', 'id']);
  const { model, id } = controller;
  atOption('model', () => checkedOneOf('SCSI controller', model, scsiControllerModels));
  if (others.some((other) => other.model === model))
    throw new ConfigurationError(`there can be one ${model} controller; give each model once`, 'model');
  if (id === undefined) return;
  if (!isIdentifier(id))
    throw new ConfigurationError(
      `${where}.id must be a letter and then letters, digits, "-", "." and "_", not ${shown(id)}`,
      'id',
    );
  if (others.some((other) => other.id === id))
    throw new ConfigurationError(`two SCSI controllers have the id '${id}'; give each its own`, 'id');
}

/** @throws ConfigurationError for a drive whose controller or target is not there */
export function checkScsiDrives(
  { scsiControllers: named }: Pick<ScsiPlans, 'scsiControllers'>,
  drives: readonly Pick<DrivePlan, 'name' | 'interface' | 'index'>[],
): void {
  const buses = scsiBusesOf({ scsiControllers: named, drives });
  for (const { name, interface: kind, index } of drives) {
    if (kind !== 'scsi') continue;
    const { controller, target } = scsiPlaceOf(index);
    const bus = buses[controller];
    if (bus === undefined)
      throw new ConfigurationError(
        `${name} is at SCSI controller ${controller}, and there ${buses.length === 1 ? 'is one' : `are ${buses.length}`}, numbered from 0; give it another index, or add a controller`,
      );
    const { targets } = scsiControllers[bus.model];
    if (target >= targets)
      throw new ConfigurationError(
        `${name} is target ${target} of ${bus.name} (${bus.model}), which has ${targets}; give it one from 0 to ${targets - 1}`,
      );
  }
}
