import { type CardOptions, ConfigurationError, type NetworkBackend, type NetworkBackendOptions } from '../common.ts';
import type { V86NetworkDevice, V86Options } from './types.ts';

const models = { ne2k: 'ne2k_pci', virtio: 'virtio-net-pci' } as const;

/**
 * The network of a card besides the bus.
 * @throws ConfigurationError
 */
export function relayOf({ network_relay_url, ...options }: V86Options): NetworkBackendOptions | undefined {
  const net_device = options.net_device ?? {};
  const url = network_relay_url || net_device.relay_url;
  if (!url) return undefined;
  if (url === 'fetch') return { type: 'user', ...addressesOf(net_device) };
  if (url === 'inbrowser') return { type: 'channel', name: `v86-${net_device.id ?? 0}` };
  if (/^wisps?:\/\//.test(url)) return { type: 'wisp', url };
  if (/^wss?:\/\//.test(url)) return { type: 'websocket', url };
  throw new ConfigurationError(
    `${network_relay_url ? 'network_relay_url' : 'net_device.relay_url'} is '${url}'; it must be fetch, inbrowser, or begin with ws://, wss://, wisp:// or wisps://`,
  );
}

/** v86's networks have 24 bits. */
function addressesOf({ router_ip, vm_ip }: V86NetworkDevice) {
  const known = router_ip ?? vm_ip;
  if (known === undefined) return {};
  return {
    net: `${known.replace(/\.\d+$/, '.0')}/24`,
    ...(router_ip !== undefined && { host: router_ip }),
    ...(vm_ip !== undefined && { dhcpStart: vm_ip }),
  };
}

/** The machine's card. Machines that see each other's frames have addresses of their own. */
export function cardOf({ net_device }: V86Options, backend: NetworkBackend): CardOptions {
  return { card: models[net_device?.type ?? 'ne2k'], mac: randomMac(), backend };
}

/** An address that its owner has chosen itself (IEEE 802, 8.4: the second bit of the first byte). */
function randomMac(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(3))];
  return `52:54:00:${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
}

/** A listener for frames. */
export interface FrameEvents {
  /** The guest has sent one. The bytes are the listener's. */
  sent(frame: Uint8Array): void;
  /** The guest has got one, of so many bytes. */
  received(length: number): void;
}

/** Frames that wait where the guest has no room; what goes beyond is lost, as on a wire. */
const MOST_WAITING = 256;

/** The network of the card: listeners of the bus and, as soon as it is there, a relay. */
export class BusNetwork implements NetworkBackend {
  onFrame: (frame: Uint8Array) => boolean = () => true;
  readonly #events: FrameEvents;
  readonly #waiting: Uint8Array[] = [];
  #relay: NetworkBackend | undefined;
  #isClosed = false;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  /** Frames go to a relay too from now on. */
  connect(relay: NetworkBackend): void {
    if (this.#isClosed) return void relay.close();
    this.#relay = relay;
    relay.onFrame = (frame) => {
      this.receive(frame);
      return true;
    };
  }

  send(frame: Uint8Array): void {
    this.#events.sent(frame.slice());
    this.#relay?.send(frame);
  }

  /** A frame for the guest. */
  receive(frame: Uint8Array): void {
    const isTaken = this.#waiting.length === 0 && this.onFrame(frame);
    if (isTaken) this.#events.received(frame.length);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(frame.slice());
  }

  resume(): void {
    while (this.#waiting.length > 0 && this.onFrame(this.#waiting[0]!))
      this.#events.received(this.#waiting.shift()!.length);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#relay?.close();
  }
}
