import { byteQueue, choice, describe, flag, starting, u8, u16, where } from '../../snapshot/describe.ts';
import { LineStatus } from './registers.ts';

export const uartState = describe({
  interruptEnable: u8,
  fifosEnabled: flag,
  /** Bytes in the receiver FIFO at which it interrupts. */
  triggerLevel: starting(choice([1, 4, 8, 14]), 1),
  lineControl: u8,
  modemControl: u8,
  /** THRE and TEMT, always set as bytes leave at once, and the errors not read yet. */
  lineStatus: starting(u8, LineStatus.transmitterHoldingEmpty | LineStatus.transmitterEmpty),
  modemStatus: u8,
  scratch: u8,
  divisor: starting(u16, 12),
  /** At most 16 bytes (1 without FIFOs). */
  receiverFifo: where(byteQueue, 'at most 16 bytes', ({ length }) => length <= 16),
  /** The transmitter-empty interrupt is due: set as THR empties, cleared by a read of IIR or a write of THR. */
  transmitterInterrupt: flag,
  /** Bytes have waited below the trigger level for four characters' time. */
  characterTimeout: flag,
  /** Levels of CTS, DSR, RI and DCD that the other end drives, as in MSR. */
  modemLines: u8,
  /** Polls of LSR or IIR since a byte was last sent; it stays where it shows that the guest reads by polling. */
  polls: u8,
  /** Bytes from the other end that the guest does not listen to, or has no room for, yet. */
  waiting: byteQueue,
});
