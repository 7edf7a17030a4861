import type { DeviceRow } from './row.ts';

/** Targets on the bus of a controller. */
export const SCSI_TARGETS = 16;

/** A SCSI controller. */
export type ScsiControllerModel = 'pvscsi' | 'lsi53c895a' | 'lsi53c810' | 'mptsas1068';

export interface ScsiControllerRow extends DeviceRow {
  /** A machine has one of a model. */
  readonly slot: string;
  readonly linux: readonly string[];
  /** Targets that drives may be: from 0 on. */
  readonly targets: number;
  /** The number by which PCI tells models with the same chip apart. */
  readonly deviceId: number;
}

const lsi = { bus: 'pci', properties: { id: '' }, linux: ['sym53c8xx'], targets: 7 } as const;

/** SCSI controllers, by QEMU's names. */
export const scsiControllers: Readonly<Record<ScsiControllerModel, ScsiControllerRow>> = {
  pvscsi: {
    bus: 'pci',
    properties: { id: '' },
    slot: 'pvscsi',
    only: 'pvscsi controller',
    linux: ['vmw_pvscsi'],
    targets: SCSI_TARGETS,
    deviceId: 0x07c0,
    help: "VMware's paravirtual SCSI controller, for scsi-hd and scsi-cd",
  },
  lsi53c895a: {
    ...lsi,
    aliases: ['lsi'],
    slot: 'lsi53c895a',
    only: 'lsi53c895a controller',
    deviceId: 0x0012,
    help: "LSI's SCSI controller, for scsi-hd and scsi-cd",
  },
  lsi53c810: {
    ...lsi,
    slot: 'lsi53c810',
    only: 'lsi53c810 controller',
    deviceId: 0x0001,
    help: "LSI's older SCSI controller, which here has all that the other has",
  },
  mptsas1068: {
    bus: 'pci',
    properties: { id: '' },
    slot: 'mptsas1068',
    only: 'mptsas1068 controller',
    linux: ['mptsas'],
    targets: 8,
    deviceId: 0x0054,
    help: "LSI's SAS1068 (Fusion-MPT), for scsi-hd and scsi-cd",
  },
};
/** All of them. */
export const scsiControllerModels = Object.keys(scsiControllers) as readonly ScsiControllerModel[];
/** As many drives fit into a machine with one controller of each model. */
export const SCSI_DRIVES: number = scsiControllerModels.length * SCSI_TARGETS;

const drive = {
  bus: 'scsi',
  properties: { drive: '', bus: '', 'scsi-id': '', lun: '0', channel: '0', serial: '', bootindex: '', id: '' },
} as const;

/** Drives at SCSI controllers. */
export const scsiDrives = {
  'scsi-hd': {
    ...drive,
    help: 'a hard disk at a SCSI controller, whose image is that of -drive if=none,id=ID or -blockdev node-name=ID',
  },
  'scsi-cd': { ...drive, help: 'a CD-ROM drive at a SCSI controller, empty without an image' },
} as const satisfies Readonly<Record<string, DeviceRow>>;
