import type { ParallelFlash } from '../devices/pflash/index.ts';
import { flashSizeProblem } from '../devices/pflash/sizes.ts';
import { BootError } from '../firmware/load/index.ts';
import type { Board } from './board.ts';
import type { MachineConfig } from './config.ts';
import { drivesAt } from './drives.ts';

/** A flash chip, and where it stands. */
export interface PlacedFlash {
  readonly name: string;
  readonly base: number;
  readonly contents: Uint8Array;
}

const TOP = 0x1_0000_0000;

/**
 * The flash chips, from 4 GB downwards.
 * @throws BootError for those that cannot be
 */
export function placedFlash(config: MachineConfig): PlacedFlash[] {
  const chips = drivesAt('pflash', config).map(({ name, contents = new Uint8Array() }) => ({ name, contents }));
  const problem = flashSizeProblem(chips.map(({ name, contents: { length: bytes } }) => ({ name, bytes })));
  if (problem !== undefined) throw new BootError(problem);
  let base = TOP;
  return chips.map(({ name, contents }) => {
    base -= contents.length;
    return { name, base, contents };
  });
}

export function flashChips(board: Board): ParallelFlash[] {
  return placedFlash(board.config).map((chip) => {
    const { ParallelFlash } = board.devices.module('flash');
    return new ParallelFlash({ ...board, ...chip, port: board.blockPort(chip.name) });
  });
}
