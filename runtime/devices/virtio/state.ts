import {
  type Description,
  describe,
  flag,
  list,
  type StateOf,
  starting,
  u8,
  u16,
  u32,
} from '../../snapshot/describe.ts';

import { NO_VECTOR } from './registers.ts';

export const queueState = describe({
  /** Entries, as the driver wants it. */
  size: u16,
  isEnabled: flag,
  /** Addresses of the descriptors, the driver area and the device area: low and high words. */
  addresses: list(6, u32),
  /** The entry of the driver area that is taken next. */
  next: u16,
  /** Entries that were put into the device area. */
  used: u16,
  /** The used index at the time when the driver was last asked whether it wants an interrupt. */
  asked: u16,
  /** The interrupt message of the queue (MSI-X). */
  vector: starting(u16, NO_VECTOR),
});
export type QueueState = StateOf<typeof queueState>;

const fields = {
  deviceFeatureSelect: u32,
  driverFeatureSelect: u32,
  driverFeatures: list(2, u32),
  status: u8,
  isr: u8,
  /** Counts changes of the device's configuration. */
  generation: u8,
  queueSelect: u16,
  /** The interrupt message for changes of the configuration. */
  configVector: starting(u16, NO_VECTOR),
};

const withQueues = (count: number) => describe({ ...fields, queues: list(count, queueState) });
export type VirtioState = StateOf<ReturnType<typeof withQueues>>;

/** The state of a function with so many queues. */
export function virtioState(count: number): Description<VirtioState> {
  return withQueues(count);
}
