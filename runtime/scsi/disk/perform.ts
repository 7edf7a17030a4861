import { transferSectors } from '../../disks/transfer.ts';
import { type BlockDone, type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import type { Action, BlockRange } from '../action.ts';

/**
 * Does what is left of an action when the host's data, if there was any, is on the disk or in the action: a flush, a fill or a
 * discard. `done` is called as the port's. False: there is nothing to do, and `done` isn't called.
 */
export function perform(port: BlockPort, action: Action, done: BlockDone): boolean {
  switch (action.kind) {
    case 'flush':
    case 'write':
      port.flush(done);
      return true;
    case 'fill':
      fill(port, action, action.pattern, done);
      return true;
    case 'discard':
      if (action.ranges.length === 0) return false;
      discard(port, action.ranges, done);
      return true;
    default:
      return false;
  }
}

function fill(port: BlockPort, { block, count }: BlockRange, pattern: Uint8Array, done: BlockDone): void {
  const memory = {
    read: (_at: number, target: Uint8Array) => {
      for (let n = 0; n < target.length; n += pattern.length) target.set(pattern, n);
    },
    write: () => {},
  };
  transferSectors(port, { kind: 'write', sector: block, bytes: count * SECTOR_BYTES }, memory, done);
}

/** One after the other. */
function discard(port: BlockPort, ranges: readonly BlockRange[], done: BlockDone): void {
  const [{ block, count }, ...others] = ranges as readonly [BlockRange, ...BlockRange[]];
  port.discard(block, count, (error) => {
    if (error === null && others.length > 0) discard(port, others, done);
    else done(error);
  });
}
