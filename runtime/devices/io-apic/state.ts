import { describe, list, u8, u16, u32 } from '../../snapshot/describe.ts';
import { INPUTS } from './registers.ts';

export const ioApicState = describe({
  select: u8,
  id: u8,
  low: list(INPUTS, u32),
  /** The destination, in bits 24-31. */
  high: list(INPUTS, u32),
  /** The inputs' levels. */
  levels: u32,
  /** How often each input has asked again at the end of its interrupt, since it was low or masked. */
  repeats: list(INPUTS, u16),
});
