import { SCSI_TARGETS, type ScsiControllerModel } from './catalogue/scsi.ts';

/** A SCSI controller of a machine. */
export interface ScsiControllerConfig {
  /** Which one it is. */
  readonly model: ScsiControllerModel;
  /** Its bus is called by it: "scsi0.0" for "scsi0". Default: none; such buses are "scsi.0", "scsi.1" and so on. */
  readonly id?: string;
}

/** A machine's SCSI devices, as far as they decide which controllers there are. */
export interface ScsiPlans {
  readonly scsiControllers?: readonly ScsiControllerConfig[] | undefined;
  readonly drives?: readonly { readonly interface: string }[];
}

/** A controller, and what its bus is called. */
export interface ScsiBusPlan {
  readonly model: ScsiControllerModel;
  readonly name: string;
}

/** The controllers that there are, in their order: a pvscsi where a drive needs one and none is named. Names of buses are QEMU's. */
export function scsiBusesOf({ scsiControllers = [], drives = [] }: ScsiPlans): ScsiBusPlan[] {
  const isNeeded = drives.some((drive) => drive.interface === 'scsi');
  const needed: readonly ScsiControllerConfig[] = isNeeded ? [{ model: 'pvscsi' }] : [];
  let unnamed = 0;
  return (scsiControllers.length > 0 ? scsiControllers : needed).map(({ model, id }) => ({
    model,
    name: id === undefined ? `scsi.${unnamed++}` : `${id}.0`,
  }));
}

/** Where the drive of an index is: the controller's number, and its target there. */
export function scsiPlaceOf(index: number): { readonly controller: number; readonly target: number } {
  return { controller: Math.floor(index / SCSI_TARGETS), target: index % SCSI_TARGETS };
}

/** The index of a drive at a place. */
export function scsiIndexOf(controller: number, target: number): number {
  return controller * SCSI_TARGETS + target;
}
