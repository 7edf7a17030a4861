import { ParallelFlash } from '../devices/pflash/index.ts';
import { BLOCK_BYTES, MOST_BYTES } from '../devices/pflash/registers.ts';
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
  let base = TOP;
  const placed = drivesAt('pflash', config).map(({ name, contents = new Uint8Array() }) => {
    const { length } = contents;
    if (length === 0 || length % BLOCK_BYTES !== 0)
      throw new BootError(`${name}: the image has ${length} bytes; a flash chip has a multiple of ${BLOCK_BYTES}`);
    base -= length;
    return { name, base, contents };
  });
  if (TOP - base > MOST_BYTES)
    throw new BootError(
      `the flash chips (${placed.map(({ name }) => name).join(', ')}) have ${TOP - base} bytes in all; ${MOST_BYTES} are possible`,
    );
  return placed;
}

export function flashChips(board: Board): ParallelFlash[] {
  return placedFlash(board.config).map(
    (chip) => new ParallelFlash({ ...board, ...chip, port: board.blockPort(chip.name) }),
  );
}
