import {
  bytes,
  choice,
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
import { Interrupt, IocFactsReply, IocState, PHYS, QUEUE_DEPTH, ScsiIo, sequenceKeys } from './registers.ts';

/** Marks a place for a request as free. */
export const FREE = PHYS;
/** Words that the doorbell takes for a message at most. */
const MOST_WORDS = 255;
/** Halves of words of the longest reply. */
const MOST_REPLY_HALVES = IocFactsReply.bytes / 2;

export const controllerState = describe({
  state: choice([IocState.ready, IocState.operational, IocState.fault]),
  faultCode: u16,
  interruptStatus: u8,
  interruptMask: starting(u8, Interrupt.all),
  /** Keys of the write sequence that have come. */
  keys: indexOf(sequenceKeys.length + 1),
  isDiagnosticEnabled: flag,
  /** As the driver has told by IOC Init. */
  who: u8,
  replyFrameSize: u16,
  maxDevices: starting(integer(1, 256), PHYS),
  maxBuses: starting(u8, 1),
  /** The upper halves of addresses of frames, and of sense data. */
  hostHigh: u32,
  senseHigh: u32,
});
export type ControllerState = StateOf<typeof controllerState>;

/** Uses of the doorbell: nothing, a message to the controller, or a reply. */
export const DoorbellUse = { none: 0, message: 1, reply: 2 } as const;

export const doorbellState = describe(
  {
    use: integer(DoorbellUse.none, DoorbellUse.reply),
    message: bytes(4 * MOST_WORDS),
    /** Words of the message that have come, and all of them. */
    words: integer(0, MOST_WORDS),
    wanted: integer(0, MOST_WORDS),
    reply: list(MOST_REPLY_HALVES, u16),
    /** Halves of words of the reply that were read, and all of them. */
    read: integer(0, MOST_REPLY_HALVES),
    length: integer(0, MOST_REPLY_HALVES),
  },
  { expected: 'no more words than the message has', holds: ({ words, wanted }) => words <= wanted },
  { expected: 'no more read than the reply has', holds: ({ read, length }) => read <= length },
);
export type DoorbellState = StateOf<typeof doorbellState>;

const queue = describe({
  entries: list(QUEUE_DEPTH, u32),
  first: indexOf(QUEUE_DEPTH),
  count: integer(0, QUEUE_DEPTH),
});
export type QueueState = StateOf<typeof queue>;

export const queuesState = describe({
  /** Addresses of requests. */
  requests: queue,
  /** Addresses where replies may be written. */
  freeReplies: queue,
  /** Replies for the driver: addresses, or contexts. */
  postedReplies: queue,
});
export type QueuesState = StateOf<typeof queuesState>;

export const requestsState = describe({
  /** SCSI IO requests that are under way: their targets, frames, and the lower halves of the frames' addresses. */
  underWay: list(
    QUEUE_DEPTH,
    describe({ target: starting(integer(0, FREE), FREE), frame: bytes(ScsiIo.bytes), address: u32 }),
  ),
});
export type RequestsState = StateOf<typeof requestsState>;
