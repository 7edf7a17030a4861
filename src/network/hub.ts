import type { NetworkBackend } from './backend.ts';

/** Frames that wait for one who has no room; what goes beyond is lost. */
const MOST_WAITING = 256;

/** One place at a hub. */
class HubPort implements NetworkBackend {
  onFrame: (frame: Uint8Array) => boolean = () => true;
  readonly #hub: NetworkHub;
  readonly #waiting: Uint8Array[] = [];

  constructor(hub: NetworkHub) {
    this.#hub = hub;
  }

  send(frame: Uint8Array): void {
    this.#hub.spread(frame, this);
  }

  receive(frame: Uint8Array): void {
    if (this.#waiting.length === 0 && this.onFrame(frame)) return;
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(frame.slice());
  }

  resume(): void {
    while (this.#waiting.length > 0 && this.onFrame(this.#waiting[0]!)) this.#waiting.shift();
  }

  async close(): Promise<void> {
    this.#hub.leave(this);
    this.#waiting.length = 0;
  }
}

/** Joins the cards of several machines of one process: each frame goes to all others. */
export class NetworkHub {
  readonly #ports = new Set<HubPort>();

  /** A new place at the hub. */
  connect(): NetworkBackend {
    const port = new HubPort(this);
    this.#ports.add(port);
    return port;
  }

  /** Gives a place to what carries frames by itself, such as a user-mode network that several machines share. */
  attach(backend: NetworkBackend): void {
    const port = this.connect();
    port.onFrame = (frame) => {
      backend.send(frame);
      return true;
    };
    backend.onFrame = (frame) => {
      port.send(frame);
      return true;
    };
  }

  /**
   * A frame of one port for all others.
   * @internal
   */
  spread(frame: Uint8Array, from: HubPort): void {
    for (const port of this.#ports) if (port !== from) port.receive(frame);
  }

  /**
   * A place is given up.
   * @internal
   */
  leave(port: HubPort): void {
    this.#ports.delete(port);
  }
}
