import { bytes, describe, u8, u32 } from '../../snapshot/describe.ts';
import { Buffer } from './registers.ts';

export const eduState = describe({
  liveness: u32,
  factorial: u32,
  status: u8,
  interrupts: u32,
  source: u32,
  destination: u32,
  count: u32,
  command: u32,
  buffer: bytes(Buffer.bytes),
});
