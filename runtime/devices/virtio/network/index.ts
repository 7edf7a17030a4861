import { SendingTurns } from '../../../ethernet/sending-turns.ts';
import { SentInterrupts, sentInterruptsState } from '../../../ethernet/sent-interrupts.ts';
import type { NetworkPort } from '../../../host/network.ts';
import { joinComponents } from '../../../snapshot/components.ts';
import { bytes, type Component, describe } from '../../../snapshot/describe.ts';
import type { Clock } from '../../../time/clock.ts';
import type { EventQueue } from '../../../time/events.ts';
import type { PciFunction } from '../../pci/function.ts';
import type { VirtioOptions } from '../device.ts';
import { VirtioFunction } from '../index.ts';
import { Kind } from '../registers.ts';
import { Receiver } from './receiver.ts';
import { Config, LINK_UP, MAC_BYTES, NetworkFeature, Queue } from './registers.ts';
import { Transmitter } from './transmitter.ts';

const QUEUE_SIZE = 256;
/** Virtual nanoseconds from one burst to the next. */
const PAUSE = 100_000;

/** There is one cause. */
const SENT = 1;

const networkState = describe({ mac: bytes(MAC_BYTES), sentInterrupts: sentInterruptsState });

export interface VirtioNetworkOptions extends VirtioOptions {
  /** Six bytes. */
  readonly mac: ArrayLike<number>;
  readonly port: NetworkPort;
  readonly clock: Clock;
  readonly events: EventQueue;
}

/** Virtio network device (5.1) with one queue in each direction. It takes all frames that come over its cable. */
export class VirtioNetwork {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: VirtioNetworkOptions;
  readonly #state = networkState.create();
  readonly #virtio: VirtioFunction;
  readonly #transmitter: Transmitter;
  readonly #turns: SendingTurns;
  readonly #sentInterrupts: SentInterrupts;

  constructor(options: VirtioNetworkOptions) {
    this.#options = options;
    const { name, port, events, clock, guestError } = options;
    const send = () => port.together(() => this.#transmitter.send());
    this.#turns = new SendingTurns({ name: `${name} transmit`, clock, events, send });
    this.#virtio = new VirtioFunction(options, {
      kind: Kind.network,
      features: Object.values(NetworkFeature),
      queues: [QUEUE_SIZE, QUEUE_SIZE],
      config: {
        length: Config.bytes,
        bytes: () => this.#configBytes(),
        write: (offset, value) => {
          if (offset < MAC_BYTES) this.#state.mac[offset] = value;
        },
      },
      notified: (queue) => this.#notified(queue),
      reset: () => this.#forget(),
    });
    const virtio = this.#virtio;
    this.#sentInterrupts = new SentInterrupts({
      ...{ name, clock, events, state: this.#state.sentInterrupts },
      raise: () => virtio.queues[Queue.transmit].tell(),
    });
    const receiver = new Receiver(virtio);
    const pause = () => this.#turns.resume(PAUSE);
    this.#transmitter = new Transmitter({
      ...{ virtio, guestError, pause },
      transmit: (frame) => port.send(frame),
      sent: () => this.#sentInterrupts.sent(SENT),
    });
    port.onFrame = (frame, following) => receiver.receive(frame, following);
    port.onLinkChanged = () => virtio.configChanged();
    this.component = joinComponents(name, [
      networkState.bind(name, this.#state),
      this.#turns.component,
      virtio.component,
      port.component,
    ]);
    this.pciFunction = virtio.pciFunction;
    this.#forget();
  }

  reset(): void {
    this.#virtio.reset();
  }

  #forget(): void {
    this.#state.mac.set(Array.from(this.#options.mac));
    this.#turns.reset();
    this.#sentInterrupts.reset();
  }

  #notified(queue: number): void {
    if (queue === Queue.receive) this.#options.port.resume();
    else this.#turns.request();
  }

  #configBytes(): Uint8Array {
    const config = new Uint8Array(Config.bytes);
    config.set(this.#state.mac, Config.mac);
    config[Config.status] = this.#options.port.isLinkUp ? LINK_UP : 0;
    return config;
  }
}
