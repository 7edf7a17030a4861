import { flowOf } from '../../ethernet/packet.ts';
import { SendingTurns } from '../../ethernet/sending-turns.ts';
import type { FollowingFrames, NetworkPort } from '../../host/network.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { joinComponents } from '../../snapshot/components.ts';
import { type Component, describe, list, type StateOf } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue } from '../../time/events.ts';
import type { XenDomain } from '../domain.ts';
import type { Backend, FrontValues } from './bus.ts';
import { connectQueues } from './front-queues.ts';
import { NetworkQueue, queueState } from './network-queue.ts';
import { ringState } from './ring.ts';

/** Virtual nanoseconds from one burst to the next. */
const PAUSE = 100_000;

const networkState = (queues: number) => describe({ queues: list(queues, queueState) });

export interface NetworkBackendOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly domain: XenDomain;
  readonly memory: BusMemory;
  readonly port: NetworkPort;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly index: number;
  /** Queues that the front end may have. */
  readonly mostQueues: number;
  /** Six bytes. */
  readonly mac: ArrayLike<number>;
}

/** The back end of a network interface (Xen's io/netif.h): queues with a ring each way, frames are copied, segments of TCP are cut here. */
export class NetworkBackend implements Backend {
  readonly kind = 'vif';
  readonly number: number;
  readonly component: Component;
  readonly #options: NetworkBackendOptions;
  readonly #state: StateOf<ReturnType<typeof networkState>>;
  readonly #turns: SendingTurns;
  #queues: readonly NetworkQueue[] = [];

  constructor(options: NetworkBackendOptions) {
    const { name, clock, events, port, index, mostQueues } = options;
    this.#options = options;
    this.number = index;
    const description = networkState(mostQueues);
    this.#state = description.create();
    const send = () => port.together(() => this.#send());
    this.#turns = new SendingTurns({ name: `${name} transmit`, clock, events, send });
    port.onFrame = (frame, following) => this.#receive(frame, following);
    this.component = joinComponents(name, [description.bind(name, this.#state), this.#turns.component, port.component]);
  }

  frontNodes(): Readonly<Record<string, string>> {
    const mac = Array.from(this.#options.mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');
    return { handle: `${this.number}`, mac };
  }

  backNodes(): Readonly<Record<string, string>> {
    return {
      ...this.frontNodes(),
      'feature-rx-copy': '1',
      'feature-sg': '1',
      'feature-gso-tcpv4': '1',
      'multi-queue-max-queues': `${this.#options.mostQueues}`,
    };
  }

  connect(front: FrontValues): Readonly<Record<string, string>> | null {
    const { mostQueues, port } = this.#options;
    const shared = {
      ...this.#options,
      takesParts: front('feature-sg') === '1',
      takesSegments: front('feature-gso-tcpv4') === '1',
      transmit: (frame: Uint8Array) => port.send(frame),
    };
    const queues = connectQueues(front, mostQueues, (values, n) =>
      NetworkQueue.connect({ ...shared, state: this.#state.queues[n]! }, values, () => this.#heard()),
    );
    if (queues === null) return null;
    this.#queues = queues;
    return {};
  }

  start(): void {
    this.#heard();
  }

  disconnect(): void {
    for (const queue of this.#queues) queue.disconnect();
    this.#queues = [];
    this.#turns.reset();
    for (const { send, receive } of this.#state.queues)
      for (const ring of [send, receive]) Object.assign(ring, ringState.create());
  }

  /** The front end has something to send, or room for frames. */
  #heard(): void {
    if (this.#queues.some((queue) => queue.hasPackets)) this.#turns.request();
    this.#options.port.resume();
  }

  /** @returns bytes that were sent */
  #send(): number {
    const bytes = this.#queues.reduce((sum, queue) => sum + queue.send(), 0);
    if (this.#queues.some((queue) => queue.hasPackets)) this.#turns.resume(PAUSE);
    return bytes;
  }

  /** Frames of a connection go to one queue, so that they stay in their order. Without a driver they are lost. */
  #receive(frame: Uint8Array, following: FollowingFrames): boolean {
    const { length } = this.#queues;
    if (length === 0) return true;
    return this.#queues[length === 1 ? 0 : flowOf(frame) % length]!.receive(frame, following);
  }
}
