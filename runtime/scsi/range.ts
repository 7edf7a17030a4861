import type { BlockRange } from './action.ts';
import { bigEndian } from './bytes.ts';

/** The blocks that a command names: its group says where its first block and their number stand (SPC-3, 4.3). */
export function blockRange(command: Uint8Array): BlockRange {
  switch (command[0] >> 5) {
    case 0:
      return { block: bigEndian(command, 1, 3) & 0x1fffff, count: command[4] || 256 };
    case 4:
      return { block: bigEndian(command, 2, 8), count: bigEndian(command, 10, 4) };
    case 5:
      return { block: bigEndian(command, 2, 4), count: bigEndian(command, 6, 4) };
    default:
      return { block: bigEndian(command, 2, 4), count: bigEndian(command, 7, 2) };
  }
}
