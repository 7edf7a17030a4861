import {
  address64,
  bytes,
  describe,
  flag,
  integer,
  list,
  type StateOf,
  starting,
  time,
  u8,
  u16,
  u32,
} from '../../snapshot/describe.ts';
import { EndpointState } from './contexts.ts';
import { CONNECTORS, ENDPOINTS, INTERRUPTERS, PORTS, SLOTS, Status } from './registers.ts';

/** Transfers go packet by packet, so that one with room for nothing would never end. */
const hasPackets = {
  expected: 'a packet size other than 0 where the endpoint is enabled',
  holds: ({ state, packet }: { state: number; packet: number }) => state === EndpointState.disabled || packet > 0,
};

/** An endpoint as the controller sees it; most of it is in the guest's context, too. */
export const endpointState = describe(
  {
    /** EndpointState. */
    state: u8,
    /** EndpointType. */
    type: u8,
    /** Bytes of a packet at most. */
    packet: u16,
    /** The doorbell was rung, and the ring was not found empty since. */
    isArmed: flag,
    /** Position in the ring: the next transfer, and the cycle bit. */
    dequeue: address64,
    cycle: flag,
    /** Bytes of that transfer that were moved. */
    done: u32,
  },
  hasPackets,
);
export type EndpointFields = StateOf<typeof endpointState>;

/** State of a plugged-in device: its slot, 0 for none, and its endpoints. */
const connectorState = describe({ slot: integer(0, SLOTS), endpoints: list(ENDPOINTS, endpointState) });
export type ConnectorFields = StateOf<typeof connectorState>;

export const interrupterState = describe({
  management: u32,
  moderation: u32,
  tableSize: u32,
  table: u32,
  tableHigh: u32,
  dequeue: u32,
  dequeueHigh: u32,
  /** The table was written: its segment is read before the next event. */
  isStale: flag,
  /**
   * The segment: its address, the number of events that it has room for (0: none), the index of the next one, and its
   * cycle bit.
   */
  start: address64,
  size: u32,
  index: u32,
  cycle: starting(flag, true),
});
export type InterrupterFields = StateOf<typeof interrupterState>;

export const xhciState = describe({
  command: u32,
  status: starting(u32, Status.halted),
  notifications: u32,
  ringControl: u32,
  /** The command ring. */
  ring: describe({ dequeue: address64, cycle: flag }),
  /** Address of the device context base address array. */
  contexts: u32,
  contextsHigh: u32,
  configure: u32,
  /** When microframe 0 began. */
  started: time,
  /** By slot, from 1 on: SlotState. */
  slots: bytes(SLOTS + 1),
  ports: list(PORTS, u32),
  connectors: list(CONNECTORS, connectorState),
  interrupters: list(INTERRUPTERS, interrupterState),
});
export type XhciState = StateOf<typeof xhciState>;
