import type { NetworkBackend } from './backend.ts';
import { FrameQueue } from './frame-queue.ts';

/** One place at a hub. */
class HubPort extends FrameQueue implements NetworkBackend {
  readonly #hub: NetworkHub;

  constructor(hub: NetworkHub) {
    super();
    this.#hub = hub;
  }

  send(frame: Uint8Array): void {
    this.#hub.spread(frame, this);
  }

  async close(): Promise<void> {
    this.#hub.leave(this);
    this.clear();
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
    for (const port of this.#ports) if (port !== from) port.push(frame);
  }

  /**
   * A place is given up.
   * @internal
   */
  leave(port: HubPort): void {
    this.#ports.delete(port);
  }
}
