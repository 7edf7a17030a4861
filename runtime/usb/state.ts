import { byteQueue, bytes, describe, flag, type StateOf, u8, u16 } from '../snapshot/describe.ts';
import { SETUP_BYTES } from './requests.ts';

/** The state that every device has (USB 2.0, chapter 9). */
export const usbState = describe({
  address: u8,
  /** The address that it has after the present request (9.4.6). */
  nextAddress: u8,
  /** 0: it is not configured. */
  configuration: u8,
  /** It may wake the host up. */
  remoteWakeup: flag,
  /** Endpoints that are halted, a bit each. */
  haltedIn: u16,
  haltedOut: u16,
  /** The control transfer that is under way: its stage, its SETUP packet, and its data. */
  stage: u8,
  setup: bytes(SETUP_BYTES),
  data: byteQueue,
});
export type UsbState = StateOf<typeof usbState>;
