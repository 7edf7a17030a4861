import { bytes, describe, flag, list, type StateOf, starting, u8, u16 } from '../../snapshot/describe.ts';
import { PAGE_REGISTER_COUNT } from './registers.ts';

export const channelState = describe({
  baseAddress: u16,
  baseCount: u16,
  address: u16,
  /** Transfers left, minus 1. */
  count: u16,
  mode: u8,
});

export type ChannelState = StateOf<typeof channelState>;

export const controllerState = describe({
  channels: list(4, channelState),
  command: u8,
  /** Channels that are masked. */
  mask: starting(u8, 0x0f),
  /** Channels that have reached terminal count since the last read of the status. */
  terminalCounts: u8,
  /** Channels with a software request. */
  requests: u8,
  /** The next byte of an address or count is the high one. */
  highByte: flag,
});

export type ControllerState = StateOf<typeof controllerState>;

export const dmaState = describe({
  first: controllerState,
  second: controllerState,
  pages: bytes(PAGE_REGISTER_COUNT),
});
