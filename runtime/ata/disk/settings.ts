import type { StateOf } from '../../snapshot/describe.ts';
import type { Outcome } from '../command-set.ts';
import { isTransferMode } from '../identify.ts';
import { Device, ErrorBit, Register } from '../registers.ts';
import { LBA28_SECTORS, putAddress } from './address.ts';
import { type diskState, MOST_MULTIPLE } from './state.ts';

// Commands that only read and write a disk's registers and its settings.

type DiskState = StateOf<typeof diskState>;

/** SET FEATURES by the features register (ATA/ATAPI-6, table 44). */
export const Feature = { enableWriteCache: 0x02, transferMode: 0x03, disableWriteCache: 0x82 } as const;

/** Taken without effect: advanced power management, acoustics, read look-ahead, what a soft reset puts back. */
export const idleFeatures: readonly number[] = [0x05, 0x85, 0x42, 0xc2, 0x55, 0xaa, 0x66, 0xcc];

/** CHECK POWER MODE's answer. */
const ACTIVE = 0xff;

/** INITIALIZE DEVICE PARAMETERS, a translation of the host's: as many heads and sectors, and as many cylinders as fit. */
export function initializeParameters({ common, geometry }: DiskState, total: number): Outcome {
  const { registers } = common;
  const heads = (registers[Register.device] & Device.head) + 1;
  const sectors = registers[Register.sectorCount];
  if (sectors === 0) return ErrorBit.abort;
  const cylinders = Math.min(0xffff, Math.floor(total / (heads * sectors)));
  Object.assign(geometry, { cylinders, heads, sectors });
  return 'done';
}

/** SET MULTIPLE MODE. */
export function setMultiple(state: DiskState): Outcome {
  const count = state.common.registers[Register.sectorCount];
  if (count > MOST_MULTIPLE || (count & (count - 1)) !== 0) return ErrorBit.abort;
  state.multiple = count;
  return 'done';
}

/** SET FEATURES: the transfer mode. */
export function setTransferMode(state: DiskState): Outcome {
  const mode = state.common.registers[Register.sectorCount];
  if (!isTransferMode(mode)) return ErrorBit.abort;
  state.transferMode = mode;
  return 'done';
}

/** CHECK POWER MODE. */
export function checkPower({ common }: DiskState): Outcome {
  common.registers[Register.sectorCount] = ACTIVE;
  return 'done';
}

/** READ NATIVE MAX ADDRESS, or READ NATIVE MAX ADDRESS EXT. */
export function readNativeMax({ common, geometry }: DiskState, total: number, extended: boolean): Outcome {
  const sectors = extended ? total : Math.min(total, LBA28_SECTORS);
  if (sectors === 0) return ErrorBit.abort;
  putAddress(sectors - 1, common.registers, common.previous, extended, geometry);
  return 'done';
}
