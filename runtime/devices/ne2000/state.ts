import { ADDRESS_BYTES } from '../../ethernet/frame.ts';
import { bytes, describe, type StateOf, u8, u16 } from '../../snapshot/describe.ts';
import { RAM_BYTES } from './registers.ts';

export const ne2000State = describe({
  command: u8,
  interruptStatus: u8,
  interruptMask: u8,
  /** The ring of receive pages: first, after the last, the guest's (BNRY), and the next one to be written. */
  pageStart: u8,
  pageStop: u8,
  boundary: u8,
  currentPage: u8,
  transmitPage: u8,
  transmitCount: u16,
  transmitStatus: u8,
  /** The guest's own way to the memory: address, and bytes that are left. */
  remoteAddress: u16,
  remoteCount: u16,
  receiveConfig: u8,
  receiveStatus: u8,
  transmitConfig: u8,
  dataConfig: u8,
  address: bytes(ADDRESS_BYTES),
  multicast: bytes(8),
  ram: bytes(RAM_BYTES),
});
export type Ne2000State = StateOf<typeof ne2000State>;
