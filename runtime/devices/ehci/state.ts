import { describe, list, starting, time, u16, u32 } from '../../snapshot/describe.ts';
import { Command, PORTS, Status } from './registers.ts';

export const ehciState = describe({
  command: starting(u32, Command.initial),
  /** Bits 0-15 of the register; the upper 16 are reserved. */
  status: starting(u16, Status.halted),
  interruptEnable: u32,
  /** Number of the microframe that began at `frameTime`, while the controller runs. */
  frameIndex: u16,
  frameTime: time,
  periodicList: u32,
  asyncList: u32,
  configured: u32,
  ports: list(PORTS, u32),
});
