import { bytes, describe, flag, starting, u8, u16, u32 } from '../../snapshot/describe.ts';
import { BUFFER_BYTES, Command, MOST_BLOCKS, NOWHERE, Status } from './registers.ts';

/** State of the chip without its array, which is part of the machine's memory. */
export const flashState = describe({
  /** The mode that decides what loads return: one of the Read commands. */
  shows: starting(u8, Command.readArray),
  status: starting(u8, Status.ready),
  /** A command whose next cycle is to come, or 0. */
  pending: u8,
  /** State of a buffered program: the number of data cycles still to come after the one with the count; then the confirmation. */
  isCounted: flag,
  dataCycles: u16,
  /** Where the buffer goes, a multiple of its size (NOWHERE: not known yet), and what is in it; FFh changes nothing. */
  bufferStart: starting(u32, NOWHERE),
  buffer: bytes(BUFFER_BYTES),
  /** Data came for a place that the buffer does not reach. */
  isBufferLeft: flag,
  /** By block, a bit each: locked; changed, and not given to the host yet. */
  locked: bytes(MOST_BLOCKS / 8),
  changed: bytes(MOST_BLOCKS / 8),
});
