import { intactPayload } from '../../ethernet/packet.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { describe, type StateOf } from '../../snapshot/describe.ts';
import { PAGE_BYTES } from '../abi.ts';
import type { XenDomain } from '../domain.ts';
import type { FrontValues } from './bus.ts';
import { type FrontChannel, frontChannel } from './front-channel.ts';
import {
  PacketFlag,
  PacketStatus,
  RECEIVE_BYTES,
  readPacket,
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
    } while (packets < BURST && bytes < BURST_BYTES && ring.awaitRequest());
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

  /** Gives the front end a frame. False: there is no room yet. */
  receive(frame: Uint8Array): boolean {
    const { receive: ring, channel } = this.#rings;
    if (ring.waiting === 0 && !ring.awaitRequest()) return false;
    const request = ring.take();
    const page = this.#options.domain.grants.pageOf(request.getUint32(4, true), 'write');
    const isRoom = page !== null && frame.length <= PAGE_BYTES;
    if (isRoom) this.#options.memory.write(page, frame);
    const answer = new DataView(new ArrayBuffer(RECEIVE_BYTES));
    answer.setUint16(0, request.getUint16(0, true), true);
    answer.setUint16(4, intactPayload(frame) === undefined ? 0 : PacketFlag.intact, true);
    answer.setInt16(6, isRoom ? frame.length : PacketStatus.error, true);
    ring.give(new Uint8Array(answer.buffer));
    if (ring.tell()) channel.raise();
    return true;
  }
}
