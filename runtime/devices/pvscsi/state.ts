import {
  address64,
  bytes,
  describe,
  indexOf,
  integer,
  list,
  type StateOf,
  starting,
  u8,
  u32,
} from '../../snapshot/describe.ts';
import { MOST_DATA_WORDS, MOST_MESSAGE_PAGES, MOST_RING_PAGES, Request, TARGETS } from './registers.ts';

/** Requests that are under way at the same time. Others wait in their ring. */
export const MOST_UNDER_WAY = 64;
/** Marks a place for a request as free. */
export const FREE = TARGETS;

export const adapterState = describe({
  command: u8,
  /** Words of the command's data that have come. */
  count: indexOf(MOST_DATA_WORDS),
  data: list(MOST_DATA_WORDS, u32),
  status: u32,
  interruptStatus: u8,
  interruptMask: u8,
});
export type AdapterState = StateOf<typeof adapterState>;

/** A ring of descriptors in pages of memory. Its place counts on, modulo 2^32. */
const ring = (most: number) =>
  describe({
    /** 0: there is no ring. Else a power of 2. */
    pages: integer(0, most),
    addresses: list(most, address64),
    place: u32,
  });
export const ringsState = describe({
  /** Address of the page with the rings' state. */
  address: address64,
  requests: ring(MOST_RING_PAGES),
  completions: ring(MOST_RING_PAGES),
  messages: ring(MOST_MESSAGE_PAGES),
});
export type RingsState = StateOf<typeof ringsState>;
export type RingPlace = RingsState['requests'];

export const requestsState = describe({
  /** Requests that are under way: their targets, and their descriptors. */
  underWay: list(
    MOST_UNDER_WAY,
    describe({ target: starting(integer(0, FREE), FREE), descriptor: bytes(Request.bytes) }),
  ),
});
export type RequestsState = StateOf<typeof requestsState>;
