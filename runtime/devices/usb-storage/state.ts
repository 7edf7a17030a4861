import { COMMAND_BYTES } from '../../scsi/operations.ts';
import { byteQueue, bytes, describe, integer, type StateOf, u8, u32 } from '../../snapshot/describe.ts';

export const storageState = describe({
  /** Phase. */
  phase: u8,
  tag: u32,
  /** Bytes that the host still wants to move. */
  expected: u32,
  /** How the command will end, and why the last one that failed did. */
  outcome: u8,
  sense: u32,
  command: bytes(COMMAND_BYTES),
  /** Bytes to or from the host. */
  data: byteQueue,
  /** The disk's sectors that are still to be moved. */
  sector: integer(0, 2 ** 64),
  sectors: u32,
});
export type StorageState = StateOf<typeof storageState>;
