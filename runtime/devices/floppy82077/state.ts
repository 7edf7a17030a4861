import {
  byteQueue,
  bytes,
  choice,
  describe,
  flag,
  integer,
  list,
  type StateOf,
  starting,
  u8,
  u16,
} from '../../snapshot/describe.ts';
import { Configuration, DRIVES, Rate, SECTOR_BYTES } from './registers.ts';

/** Bytes of the longest command. */
const COMMAND_BYTES = 9;

/** The phases of a command. */
export const Phase = { command: 0, execution: 1, result: 2 } as const;

/** The step of a data transfer: it waits for the head, the block port, or the guest (its bytes by ports, or its DMA channel). */
export const Step = { none: 0, position: 1, diskRead: 2, guest: 3, channel: 4, diskWrite: 5 } as const;

export const driveState = describe({
  /** Where the heads are. */
  cylinder: u8,
  /** Where they are moved to. */
  target: u8,
  /** The ST0 that SENSE INTERRUPT STATUS is to give; 0: none. */
  seekStatus: u8,
  /** The disk change line. */
  changed: starting(flag, true),
});

export type DriveState = StateOf<typeof driveState>;

const transferState = describe({
  step: choice(Object.values(Step)),
  /** The sector that is at the head. */
  cylinder: u8,
  head: u8,
  sector: u8,
  /** The head that is selected: `head` may be the next sector's. */
  side: u8,
  /** Sectors that were done. */
  count: u16,
  buffer: bytes(SECTOR_BYTES),
  /** Bytes of the sector that the guest has got or given. */
  position: integer(0, SECTOR_BYTES),
  /** Terminal count. */
  ended: flag,
  /** Looks at a DMA channel that is not enabled. */
  looks: u16,
  /** State of a scan: all bytes of the sector were equal so far; the condition held so far. */
  equal: flag,
  satisfied: flag,
  /** The sector that READ ID finds next, less 1. */
  rotation: u8,
});

export type TransferState = StateOf<typeof transferState>;

export const floppyState = describe({
  digitalOutput: u8,
  tapeDrive: u8,
  /** As in QEMU: drivers that only know disks of 1.44 MB set none. */
  rate: starting(u8, Rate.k500),
  phase: choice(Object.values(Phase)),
  /** The bytes of the command, and how many have come. */
  command: list(COMMAND_BYTES, u8),
  received: integer(0, COMMAND_BYTES),
  result: byteQueue,
  /** The interrupt pin, before the gate in DOR. */
  interrupt: flag,
  /** Drives of which SENSE INTERRUPT STATUS is to tell after a reset. */
  readyChanges: u8,
  drives: list(DRIVES, driveState),
  /** The parameters of SPECIFY. */
  specified: list(2, u8),
  configuration: starting(u8, Configuration.fifoOff),
  precompensation: u8,
  /** A software reset leaves the FIFO as it is. */
  locked: flag,
  perpendicular: u8,
  /** The last EOT or SC, for DUMPREG. */
  lastSector: u8,
  transfer: transferState,
});

export type FloppyState = StateOf<typeof floppyState>;
