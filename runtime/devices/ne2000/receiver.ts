import { destinationOf, FCS_BYTES, isFor } from '../../ethernet/frame.ts';
import { passesMulticast } from '../../ethernet/multicast.ts';
import type { CardMemory } from './memory.ts';
import { Command, PAGE_BYTES, ReceiveConfig, ReceiveStatus, RING_HEADER_BYTES } from './registers.ts';
import type { Ne2000State } from './state.ts';

/** Bytes that must be free in the ring before a frame is taken: as many as the largest frame has, whatever this one has. */
const ROOM = 1514 + FCS_BYTES + RING_HEADER_BYTES;

/** The fate of a received frame: stored in the ring, not for this card, or no room for it. */
export type Outcome = 'stored' | 'ignored' | 'full';

/** Puts a frame into the ring of pages (DP8390D data sheet, 7.0 "Packet reception"). */
export function receiveFrame(state: Ne2000State, memory: CardMemory, frame: Uint8Array): Outcome {
  if (isOff(state) || !passes(state, frame) || state.pageStart >= state.pageStop) return 'ignored';
  const pages = Math.ceil((RING_HEADER_BYTES + frame.length + FCS_BYTES) / PAGE_BYTES);
  const ringPages = state.pageStop - state.pageStart;
  // The ring has no room for it even when it is empty: the guest's page must not be reached.
  if (pages >= ringPages - 1) return 'ignored';
  if (freePages(state, ringPages) <= Math.max(pages, Math.min(Math.ceil(ROOM / PAGE_BYTES), ringPages - 2)))
    return 'full';
  store(state, memory, frame, pages);
  return 'stored';
}

/**
 * Whether a running receiver's ring has frames that the guest has not read: drivers keep their page (BNRY) at the next frame,
 * or a page before it.
 */
export function hasUnread(state: Ne2000State): boolean {
  const ringPages = state.pageStop - state.pageStart;
  return !isOff(state) && ringPages - freePages(state, ringPages) > 1;
}

/** Where the guest's page is the current one the ring is empty. */
function freePages({ boundary, currentPage }: Ne2000State, ringPages: number): number {
  const free = boundary - currentPage;
  return free > 0 ? free : ringPages + free;
}

function isOff({ command, receiveConfig }: Ne2000State): boolean {
  return (command & Command.stop) !== 0 || (receiveConfig & ReceiveConfig.monitor) !== 0;
}

function passes({ receiveConfig, address, multicast }: Ne2000State, frame: Uint8Array): boolean {
  if ((receiveConfig & ReceiveConfig.all) !== 0) return true;
  const destination = destinationOf(frame);
  if (destination === 'broadcast') return (receiveConfig & ReceiveConfig.broadcast) !== 0;
  if (destination === 'station') return isFor(frame, address);
  return (receiveConfig & ReceiveConfig.multicast) !== 0 && passesMulticast(multicast, frame);
}

function store(state: Ne2000State, memory: CardMemory, frame: Uint8Array, pages: number): void {
  const { pageStart, pageStop, currentPage } = state;
  const ringPages = pageStop - pageStart;
  const next = currentPage + pages < pageStop ? currentPage + pages : currentPage + pages - ringPages;
  const isGroup = (frame[0] & 1) !== 0;
  state.receiveStatus = ReceiveStatus.intact | (isGroup ? ReceiveStatus.group : 0);
  const length = frame.length + FCS_BYTES;
  const bytes = new Uint8Array(RING_HEADER_BYTES + length);
  bytes.set([state.receiveStatus, next, length, length >> 8]);
  bytes.set(frame, RING_HEADER_BYTES);
  const stop = pageStop * PAGE_BYTES;
  const start = currentPage * PAGE_BYTES;
  const first = Math.max(0, Math.min(bytes.length, stop - start));
  put(memory, start, bytes.subarray(0, first));
  put(memory, pageStart * PAGE_BYTES, bytes.subarray(first));
  state.currentPage = next & 0xff;
}

/** Pages outside of the RAM keep nothing. */
function put(memory: CardMemory, address: number, bytes: Uint8Array): void {
  const part = memory.part(address, bytes.length);
  part.set(bytes.subarray(0, part.length));
}
