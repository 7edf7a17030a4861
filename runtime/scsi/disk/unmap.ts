import type { BlockMedium } from '../../host/block.ts';
import { type Action, failed } from '../action.ts';
import { bigEndian } from '../bytes.ts';
import { Sense } from '../operations.ts';
import { MOST_RANGES } from './registers.ts';

/** UNMAP's parameter list: a header, and descriptors with the first block and their number (SBC-3, 5.28). */
const HEADER_BYTES = 8;
const DESCRIPTOR_BYTES = 16;

/** The action for a parameter list of UNMAP. */
export function unmapRanges(list: Uint8Array, { sectors }: BlockMedium): Action {
  if (list.length < HEADER_BYTES) return failed(Sense.wrongListLength);
  const bytes = Math.min(bigEndian(list, 2, 2), list.length - HEADER_BYTES);
  const count = Math.floor(bytes / DESCRIPTOR_BYTES);
  if (count > MOST_RANGES) return failed(Sense.invalidParameter);
  const ranges = Array.from({ length: count }, (_, n) => {
    const at = HEADER_BYTES + n * DESCRIPTOR_BYTES;
    return { block: bigEndian(list, at, 8), count: bigEndian(list, at + 8, 4) };
  });
  if (ranges.some(({ block, count }) => block + count > sectors)) return failed(Sense.outOfRange);
  return { kind: 'discard', ranges: ranges.filter(({ count }) => count > 0) };
}
