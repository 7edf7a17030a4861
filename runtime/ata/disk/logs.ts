import { SECTOR_BYTES } from '../../host/block.ts';
import type { CommandQueue } from './queue.ts';

/** Logs of READ LOG EXT by their addresses (ATA8-ACS, annex A): the directory, and the last error of queued commands. */
export const Log = { directory: 0x00, queuedError: 0x10 } as const;

/** Byte 0 of the log of errors where none was of a queued command. */
const NOT_QUEUED = 0x80;

/** The pages of a log, `count` from `first` on; null: there is no such log, or it has not so many. */
export function logPages(log: number, first: number, count: number, queue: CommandQueue): Uint8Array | null {
  if (first !== 0 || count !== 1) return null;
  switch (log) {
    case Log.directory:
      return directory();
    case Log.queuedError:
      return queuedError(queue);
    default:
      return null;
  }
}

/** Version 1; the number of pages of each log is at twice its address. */
function directory(): Uint8Array {
  const page = new Uint8Array(SECTOR_BYTES);
  page[0] = 1;
  page[2 * Log.queuedError] = 1;
  return page;
}

/** Reading it makes it empty. What was in the registers stands where a received FIS has it; the sum of all bytes is 0. */
function queuedError({ state }: CommandQueue): Uint8Array {
  const page = new Uint8Array(SECTOR_BYTES);
  const { there, tag, status, error, sector, count } = state.failure;
  const byte = (n: number) => Math.floor(sector / 256 ** n) % 256;
  if (there) {
    page.set([tag, 0, status, error, byte(0), byte(1), byte(2), 0x40, byte(3), byte(4), byte(5), 0]);
    page.set([count, count >> 8], 12);
  } else page[0] = NOT_QUEUED;
  page[SECTOR_BYTES - 1] = -page.reduce((sum, value) => sum + value, 0);
  state.failure.there = false;
  return page;
}
