import { eepromState } from '../../ethernet/eeprom93c46.ts';
import { ADDRESS_BYTES } from '../../ethernet/frame.ts';
import { sentInterruptsState } from '../../ethernet/sent-interrupts.ts';
import { bytes, counter, describe, indexOf, list, type StateOf, time, u8, u16, u32 } from '../../snapshot/describe.ts';
import { TX_BUFFERS } from './registers.ts';

/** Tally counters, as they are dumped (RTL8139C+ data sheet, 6.4.1.1). */
export const tallyState = describe({
  sent: counter,
  received: counter,
  missed: u16,
  physical: counter,
  broadcast: counter,
  multicast: u32,
});

export const rtl8139State = describe({
  eeprom: eepromState,
  address: bytes(ADDRESS_BYTES),
  multicast: bytes(8),
  command: u8,
  interruptMask: u16,
  interruptStatus: u16,
  txConfig: u32,
  rxConfig: u32,
  eepromControl: u8,
  config: bytes(6),
  multipleInterrupt: u16,
  basicModeControl: u16,
  advertisement: u16,
  /** The timer counts from this virtual time on. */
  timerStart: time,
  timerInterrupt: u32,
  // The old mode.
  txStatus: list(TX_BUFFERS, u32),
  txAddress: list(TX_BUFFERS, u32),
  /** The buffer that is sent next. */
  txNext: indexOf(TX_BUFFERS),
  rxBuffer: u32,
  /** Offsets in the receive buffer: where the guest has read to, and what is written next. */
  rxRead: u16,
  rxWrite: u16,
  missed: u32,
  // The C+ mode.
  cplusCommand: u16,
  mitigation: u16,
  txThreshold: u8,
  /** DTCCR: low and high half. */
  tallyAddress: list(2, u32),
  /** Addresses of rings, low and high half: transmit with normal and with high priority; receive. */
  txRings: list(4, u32),
  rxRing: list(2, u32),
  sentInterrupts: sentInterruptsState,
  /** Next descriptors: transmit with normal and with high priority; receive. */
  txIndex: list(2, u16),
  rxIndex: u16,
  tally: tallyState,
});
export type Rtl8139State = StateOf<typeof rtl8139State>;
