import { describe, list, u8, u32 } from '../../snapshot/describe.ts';
import { PIRQ_COUNT } from './registers.ts';

export const bridgeState = describe({
  /** By PIRQ A-D: levels of the interrupt pins that share it, a bit each. */
  pins: list(PIRQ_COUNT, u32),
  resetControl: u8,
});
