import type { NetworkBackend } from '../../network/backend.ts';
import { FrameQueue } from '../../network/frame-queue.ts';

/** A place at a hub that the machines of all pages of this server have in common in one browser: each frame goes to all others. */
export class ChannelBackend extends FrameQueue implements NetworkBackend {
  readonly #channel: BroadcastChannel;

  /** @param name the same for all that belong together */
  constructor(name: string) {
    super();
    this.#channel = new BroadcastChannel(`rawiron-network-${name}`);
    this.#channel.onmessage = ({ data }) => {
      if (data instanceof Uint8Array) this.push(data);
    };
  }

  send(frame: Uint8Array): void {
    this.#channel.postMessage(new Uint8Array(frame));
  }

  async close(): Promise<void> {
    this.#channel.close();
    this.clear();
  }
}
