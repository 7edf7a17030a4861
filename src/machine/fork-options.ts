import { drivesGoingOn } from '../drives/options.ts';
import type { MachineOptions } from '../options/options.ts';
import { sharesGoingOn } from '../shares/options.ts';
import type { SharedState } from '../snapshot/state.ts';
import type { MachineParts } from './types.ts';

/** The options of a fork of a machine: those of its state, with changes. */
export function forkOptions(
  { options: { isolate = 'worker' }, drives, shares }: MachineParts,
  { options, media }: Pick<SharedState, 'options' | 'media'>,
  changes: Partial<MachineOptions>,
): MachineOptions {
  return {
    ...{ ...options, isolate, ...changes },
    drives: drivesGoingOn(drives.forked(media), changes.drives, (drive) => drive),
    shares: sharesGoingOn(shares.forked, changes.shares),
  };
}
