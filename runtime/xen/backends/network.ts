import { intactPayload } from '../../ethernet/packet.ts';
import { SendingTurns } from '../../ethernet/sending-turns.ts';
import type { NetworkPort } from '../../host/network.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { joinComponents } from '../../snapshot/components.ts';
import { type Component, describe } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';
import { PAGE_BYTES } from '../abi.ts';
import type { XenDomain } from '../domain.ts';
import type { Backend, FrontValues } from './bus.ts';
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
/** Virtual nanoseconds from one burst to the next. */
const PAUSE = 100_000;

const networkState = describe({ send: ringState, receive: ringState });

export interface NetworkBackendOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly domain: XenDomain;
  readonly memory: BusMemory;
  readonly port: NetworkPort;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly index: number;
  /** Six bytes. */
  readonly mac: ArrayLike<number>;
}

interface Front {
  readonly send: SharedRing;
  readonly receive: SharedRing;
  readonly channel: FrontChannel;
}

/** The back end of a network interface (Xen's io/netif.h): a ring each way, frames are copied, segments of TCP are cut here. */
export class NetworkBackend implements Backend {
  readonly kind = 'vif';
  readonly number: number;
  readonly component: Component;
  readonly #options: NetworkBackendOptions;
  readonly #state = networkState.create();
  readonly #turns: SendingTurns;
  #front: Front | null = null;

  constructor(options: NetworkBackendOptions) {
    const { name, clock, events, port, index } = options;
    this.#options = options;
    this.number = index;
    const send = () => port.together(() => this.#send());
    this.#turns = new SendingTurns({ name: `${name} transmit`, clock, events, send });
    port.onFrame = (frame) => this.#receive(frame);
    this.component = joinComponents(name, [
      networkState.bind(name, this.#state),
      this.#turns.component,
      port.component,
    ]);
  }

  frontNodes(): Readonly<Record<string, string>> {
    const mac = Array.from(this.#options.mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');
    return { handle: `${this.number}`, mac };
  }

  backNodes(): Readonly<Record<string, string>> {
    return { ...this.frontNodes(), 'feature-rx-copy': '1', 'feature-sg': '1', 'feature-gso-tcpv4': '1' };
  }

  connect(front: FrontValues): Readonly<Record<string, string>> | null {
    const { domain, memory } = this.#options;
    const ring = (name: string, entryBytes: number, state: RingState) =>
      new SharedRing(
        { memory, grants: domain.grants },
        { reference: Number(front(name) ?? Number.NaN), entryBytes, state },
      );
    const send = ring('tx-ring-ref', SEND_BYTES, this.#state.send);
    const receive = ring('rx-ring-ref', RECEIVE_BYTES, this.#state.receive);
    const channel = frontChannel(domain.channels, front('event-channel'), () => this.#heard());
    if (channel === null || !send.isThere || !receive.isThere) return null;
    this.#front = { send, receive, channel };
    this.#heard();
    return {};
  }

  disconnect(): void {
    this.#front?.channel.close();
    this.#front = null;
    this.#turns.reset();
    Object.assign(this.#state.send, ringState.create());
    Object.assign(this.#state.receive, ringState.create());
  }

  /** The front end has something to send, or room for frames. */
  #heard(): void {
    if (this.#front === null) return;
    if (this.#front.send.waiting > 0) this.#turns.request();
    this.#options.port.resume();
  }

  /** @returns bytes that were sent */
  #send(): number {
    const front = this.#front;
    if (front === null) return 0;
    const { send: ring, channel } = front;
    let [packets, bytes] = [0, 0];
    do {
      while (ring.waiting > 0 && packets < BURST && bytes < BURST_BYTES) {
        packets++;
        bytes += this.#sendOne(ring);
      }
    } while (packets < BURST && bytes < BURST_BYTES && ring.awaitRequest());
    if (ring.tell()) channel.raise();
    if (ring.waiting > 0) this.#turns.resume(PAUSE);
    return bytes;
  }

  #sendOne(ring: SharedRing): number {
    const { port, domain } = this.#options;
    const packet = readPacket(() => (ring.waiting > 0 ? ring.take() : null));
    const frame = 'parts' in packet ? this.#gather(packet) : null;
    const isSent = frame !== null && 'parts' in packet && sendPacket(frame, packet, (one) => port.send(one));
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

  /** False: there is no room yet. Without a driver frames are lost. */
  #receive(frame: Uint8Array): boolean {
    const front = this.#front;
    if (front === null) return true;
    const { receive: ring, channel } = front;
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
