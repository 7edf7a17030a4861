import { sentInterruptsState } from '../../ethernet/sent-interrupts.ts';
import { bytes, choice, describe, list, type StateOf, u8, u16, u32 } from '../../snapshot/describe.ts';
import { APROM_BYTES, BCR_COUNT, CSR_COUNT, LONGEST_POLL, POLL } from './registers.ts';

export const pcnetState = describe({
  aprom: bytes(APROM_BYTES),
  rap: u8,
  csr: list(CSR_COUNT, u16),
  bcr: list(BCR_COUNT, u16),
  /** Where the rings are, from the initialization block; 0: nowhere. */
  receiveRing: u32,
  transmitRing: u32,
  /** Virtual nanoseconds to the next look at the transmit ring. */
  pollPause: choice([0, POLL, 2 * POLL, 4 * POLL, LONGEST_POLL]),
  sentInterrupts: sentInterruptsState,
});
export type PcnetState = StateOf<typeof pcnetState>;
