import { cdFields } from '../../scsi/cdrom/state.ts';
import { describe, flag, starting, u8, u16, u32 } from '../../snapshot/describe.ts';
import { INITIAL_TRANSFER_MODE } from '../identify.ts';
import { driveState } from '../state.ts';

export const cdromState = describe({
  common: driveState,
  /** Bytes of a block that the data port moves at once, as the command wants it. */
  byteLimit: u16,
  /** The next block of the read under way, how many there still are, and how many are being read. */
  block: u32,
  remaining: u32,
  chunk: u16,
  /** Whole sectors are wanted. */
  raw: flag,
  ...cdFields,
  transferMode: starting(u8, INITIAL_TRANSFER_MODE),
});
