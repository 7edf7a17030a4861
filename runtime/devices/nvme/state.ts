import {
  address64,
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
  where,
} from '../../snapshot/describe.ts';
import { COMMAND_BYTES } from './command.ts';
import { EVENT_COMMANDS, QUEUES, Temperature } from './registers.ts';

/** Commands that are under way at the same time, of all queues. Others wait in their queues. */
const MOST_UNDER_WAY = 64;
/** Marks a place for a command as free. */
export const FREE = 0xffff;

/** Places of a queue are counted up to its entries; one that was deleted keeps them. */
const withinQueue = {
  expected: 'places within the queue',
  holds: ({ entries, head, tail }: { entries: number; head: number; tail: number }) =>
    entries === 0 || (head < entries && tail < entries),
};

const submissionState = describe(
  {
    /** 0: there is no such queue. */
    entries: u16,
    address: address64,
    head: u16,
    tail: u16,
    completion: indexOf(QUEUES),
  },
  withinQueue,
);
export type SubmissionState = StateOf<typeof submissionState>;

const completionState = describe(
  {
    /** 0: there is no such queue. */
    entries: u16,
    address: address64,
    head: u16,
    tail: u16,
    /** The phase tag of the entries that are written now: 1 in the first round. */
    phase: starting(integer(0, 1), 1),
    interrupts: flag,
    vector: u16,
  },
  withinQueue,
);
export type CompletionState = StateOf<typeof completionState>;

export const queuesState = describe({
  submissions: list(QUEUES, submissionState),
  completions: list(QUEUES, completionState),
  /** The queue that a command is taken from next. */
  turn: integer(0, QUEUES - 1),
  /** Commands that are under way, each with its queue. */
  underWay: list(
    MOST_UNDER_WAY,
    describe({
      queue: starting(
        where(u16, 'a queue', (queue) => queue < QUEUES || queue === FREE),
        FREE,
      ),
      command: bytes(COMMAND_BYTES),
    }),
  ),
});
export type QueuesState = StateOf<typeof queuesState>;

export const controllerState = describe({
  interruptMask: u32,
  configuration: u32,
  status: u32,
  adminQueues: u32,
  /** Addresses of the administrator's queues: submission, completion; low and high words. */
  adminAddresses: list(4, u32),
});
export type ControllerState = StateOf<typeof controllerState>;

export const featuresState = describe({
  overTemperature: starting(u16, Temperature.warning),
  underTemperature: u16,
  hasWriteCache: starting(flag, true),
  errorRecovery: u16,
  arbitraryVectors: bytes(QUEUES),
  writeAtomicity: u32,
  events: u32,
});
export type FeaturesState = StateOf<typeof featuresState>;

export const eventsState = describe({
  /** Numbers of the commands that wait for an event. */
  waiting: list(EVENT_COMMANDS, u16),
  count: integer(0, EVENT_COMMANDS),
  /** Kinds of events that wait for a command, and types that aren't told before their log is read: a bit for each. */
  pending: u8,
  masked: u8,
});
export type EventsState = StateOf<typeof eventsState>;

export const logsState = describe({
  /** Commands of the host, sectors that they moved, and those that the medium failed. */
  reads: counter,
  writes: counter,
  sectorsRead: counter,
  sectorsWritten: counter,
  mediaErrors: counter,
  /** The last of these errors: queue, number, status, first block. */
  errorQueue: u16,
  errorCommand: u16,
  errorStatus: u16,
  errorBlock: integer(0, 2 ** 64),
  /** The namespace has another size, and nobody has read so. */
  namespaceChanged: flag,
});
export type LogsState = StateOf<typeof logsState>;
