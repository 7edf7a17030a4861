import { SegmentMerger } from '../../ethernet/merge.ts';
import type { FollowingFrames } from '../../host/network.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { describe, type StateOf } from '../../snapshot/describe.ts';
import type { XenDomain } from '../domain.ts';
import type { FrontValues } from './bus.ts';
import { type FrontChannel, frontChannel } from './front-channel.ts';
import {
  PacketStatus,
  RECEIVE_BYTES,
  type ReceivedEntry,
  readPacket,
  receivedEntries,
  SEND_BYTES,
  type SentPacket,
  sendPacket,
} from './network-packets.ts';
import { type RingState, ringState, SharedRing } from './ring.ts';

/** Packets, or bytes, that are sent at a time: then the guest has to run. */
const BURST = 256;
const BURST_BYTES = 512 << 10;

export const queueState = describe({ send: ringState, receive: ringState });
export type QueueState = StateOf<typeof queueState>;

export interface NetworkQueueOptions {
  readonly domain: XenDomain;
  readonly memory: BusMemory;
  readonly state: QueueState;
  /** Sends a frame, whose bytes may change afterwards. */
  readonly transmit: (frame: Uint8Array) => void;
  /** Whether the front end takes packets in several parts, and those that were put together of segments. */
  readonly takesParts: boolean;
  readonly takesSegments: boolean;
}

interface Rings {
  readonly send: SharedRing;
  readonly receive: SharedRing;
  readonly channel: FrontChannel;
}

/** A queue of a network interface: a ring each way, and a channel for both. */
export class NetworkQueue {
  readonly #options: NetworkQueueOptions;
  readonly #rings: Rings;
  readonly #merger = new SegmentMerger();

  private constructor(options: NetworkQueueOptions, rings: Rings) {
    this.#options = options;
    this.#rings = rings;
  }

  /** Connects one to what the front end says; null where that cannot be. */
  static connect(options: NetworkQueueOptions, front: FrontValues, heard: () => void): NetworkQueue | null {
    const { domain, memory, state } = options;
    const ring = (name: string, entryBytes: number, ringState: RingState) =>
      new SharedRing({ memory, grants: domain.grants }, { references: [front(name)], entryBytes, state: ringState });
    const send = ring('tx-ring-ref', SEND_BYTES, state.send);
    const receive = ring('rx-ring-ref', RECEIVE_BYTES, state.receive);
    const channel = frontChannel(domain.channels, front('event-channel'), heard);
    if (channel === null || !send.isThere || !receive.isThere) return null;
    return new NetworkQueue(options, { send, receive, channel });
  }

  disconnect(): void {
    this.#rings.channel.close();
  }

  /** Whether the front end has something to send. */
  get hasPackets(): boolean {
    return this.#rings.send.waiting > 0;
  }

  /** Sends what is there, up to a burst. @returns bytes that were sent */
  send(): number {
    const { send: ring, channel } = this.#rings;
    let [packets, bytes] = [0, 0];
    do {
      while (ring.waiting > 0 && packets < BURST && bytes < BURST_BYTES) {
        packets++;
        bytes += this.#sendOne(ring);
      }
    } while (packets < BURST && bytes < BURST_BYTES && ring.awaitRequests(1));
    if (ring.tell()) channel.raise();
    return bytes;
  }

  #sendOne(ring: SharedRing): number {
    const { transmit, domain } = this.#options;
    const packet = readPacket(() => (ring.waiting > 0 ? ring.take() : null));
    const frame = 'parts' in packet ? this.#gather(packet) : null;
    const isSent = frame !== null && 'parts' in packet && sendPacket(frame, packet, transmit);
    if (!isSent) domain.guestError('xen vif: no packet, entries', packet.entries.length);
    for (const id of packet.entries) {
      const answer = new DataView(new ArrayBuffer(SEND_BYTES));
      answer.setUint16(0, id ?? 0, true);
      answer.setInt16(2, id === null ? PacketStatus.none : isSent ? PacketStatus.okay : PacketStatus.error, true);
      ring.give(new Uint8Array(answer.buffer, 0, 4));
    }
    return frame?.length ?? 0;
  }

  #gather({ parts, bytes }: SentPacket): Uint8Array | null {
    const { domain, memory } = this.#options;
    const frame = new Uint8Array(bytes);
    let done = 0;
    for (const { reference, offset, size } of parts) {
      const page = domain.grants.pageOf(reference, 'read');
      if (page === null) return null;
      memory.read(page + offset, frame.subarray(done, done + size));
      done += size;
    }
    return frame;
  }

  /** Gives the front end a frame, with those that go into one packet with it. False: there is no room yet. */
  receive(frame: Uint8Array, following: FollowingFrames): boolean {
    const { takesSegments, takesParts } = this.#options;
    const merged = takesSegments && takesParts ? this.#merger.merge(frame, following) : undefined;
    if (merged && this.#give(receivedEntries(merged.frame, merged.segmentBytes))) return true;
    if (merged) following.putBack();
    const entries = receivedEntries(frame, 0);
    // What never fits is lost.
    return (entries.length > 1 && !takesParts) || this.#give(entries);
  }

  #give(entries: readonly ReceivedEntry[]): boolean {
    const { receive: ring, channel } = this.#rings;
    if (ring.waiting < entries.length && !ring.awaitRequests(entries.length)) return false;
    for (const entry of entries) ring.give('extra' in entry ? this.#skip(entry.extra) : this.#fill(entry));
    if (ring.tell()) channel.raise();
    return true;
  }

  /** Takes a request whose answer's place another entry has. */
  #skip(entry: Uint8Array): Uint8Array {
    this.#rings.receive.take();
    return entry;
  }

  #fill({ part, flags }: Extract<ReceivedEntry, { part: Uint8Array }>): Uint8Array {
    const request = this.#rings.receive.take();
    const page = this.#options.domain.grants.pageOf(request.getUint32(4, true), 'write');
    if (page !== null) this.#options.memory.write(page, part);
    const answer = new DataView(new ArrayBuffer(RECEIVE_BYTES));
    answer.setUint16(0, request.getUint16(0, true), true);
    answer.setUint16(4, flags, true);
    answer.setInt16(6, page === null ? PacketStatus.error : part.length, true);
    return new Uint8Array(answer.buffer);
  }
}
