import { sentInterruptsState } from '../../ethernet/sent-interrupts.ts';
import {
  address64,
  byteQueue,
  bytes,
  counter,
  describe,
  flag,
  indexOf,
  integer,
  list,
  type StateOf,
  starting,
  u8,
  u16,
  u32,
} from '../../snapshot/describe.ts';
import { COUNTERS, MOST_COMPLETIONS, RECEIVE_QUEUES, SEND_QUEUES, VECTORS, VLAN_WORDS } from './registers.ts';

const ringState = describe(
  {
    address: address64,
    /** Descriptors; 0: there is no ring. */
    size: integer(0, MOST_COMPLETIONS),
    next: u16,
    /** The mark of descriptors that the other side has written: it changes with each round. */
    generation: starting(flag, true),
  },
  { expected: 'a place within the ring', holds: ({ size, next }) => next < size || (size === 0 && next === 0) },
);
export type RingState = StateOf<typeof ringState>;

const counters = list(COUNTERS, counter);

const sendQueueState = describe({
  ring: ringState,
  completions: ringState,
  vector: u8,
  counters,
  /** There are completions that no interrupt has told of. */
  isUntold: flag,
});
export type SendQueueState = StateOf<typeof sendQueueState>;

export const receiveState = describe({
  /** Buffers that a frame may begin with, and others. */
  heads: ringState,
  bodies: ringState,
  completions: ringState,
  vector: u8,
  counters,
});
export type ReceiveState = StateOf<typeof receiveState>;

export const vectorsState = describe({
  masksItself: flag,
  vectors: list(VECTORS, describe({ isPending: flag, isMasked: starting(flag, true), isAsserted: flag })),
});
export type VectorsState = StateOf<typeof vectorsState>;

export const filterState = describe({
  mode: u8,
  /** Addresses, of six bytes each. */
  multicast: byteQueue,
  /** A bit for each VLAN. */
  vlans: list(VLAN_WORDS, u32),
});
export type FilterState = StateOf<typeof filterState>;

export const cardState = describe({
  /** Where the driver's structure is, and the lower half of an address that is not whole yet. */
  shared: address64,
  sharedLow: u32,
  isActive: flag,
  command: u32,
  mac: bytes(6),
  /** The lower half of an address that is not whole yet. */
  macLow: u32,
  features: u8,
  eventVector: u8,
  /** Where the queues' descriptions are, and how many there are. */
  queues: address64,
  sendQueues: integer(0, SEND_QUEUES),
  receiveQueues: integer(0, RECEIVE_QUEUES),
  /** Pieces of a frame at most, and whether pieces after the first have buffers of their own kind. */
  mostPieces: u16,
  hasBodies: flag,
  sending: list(SEND_QUEUES, sendQueueState),
  /** The queue for sending whose turn it is. */
  turn: indexOf(SEND_QUEUES),
  sentInterrupts: sentInterruptsState,
});
export type CardState = StateOf<typeof cardState>;
