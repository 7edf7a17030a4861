import { describe, flag, list, starting, time, u8, u16, u32 } from '../../snapshot/describe.ts';
import { PORTS, START_OF_FRAME, Status } from './registers.ts';

export const uhciState = describe({
  command: u16,
  status: starting(u16, Status.halted),
  interruptEnable: u16,
  /** The frame list's address. */
  list: u32,
  startOfFrame: starting(u8, START_OF_FRAME),
  /** The two reasons for the interrupt bit of the status: a transfer is complete, a packet was short. */
  completed: flag,
  shortPacket: flag,
  /** The number of a frame, and when it began, while the controller runs. */
  frame: u16,
  frameTime: time,
  ports: list(PORTS, u16),
});
