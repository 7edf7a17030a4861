import type { HostStream } from '../../../host/stream.ts';
import type { VirtioFunction } from '../index.ts';
import { MULTIPORT, receiveQueue, transmitQueue } from './registers.ts';
import type { PortState } from './state.ts';

/** Bytes that a driver may write at once. */
const MOST_WRITTEN = 128 << 10;

export interface PortOptions {
  /** Its number for the driver. */
  readonly id: number;
  readonly isConsole: boolean;
  /** The name by which the guest finds the port. */
  readonly name: string;
  readonly stream: HostStream;
  readonly state: PortState;
  readonly virtio: VirtioFunction;
}

/** One port: a stream of bytes, both ways. */
export class ConsolePort {
  readonly id: number;
  readonly isConsole: boolean;
  readonly name: string;
  readonly #stream: HostStream;
  readonly #state: PortState;
  readonly #virtio: VirtioFunction;

  constructor({ id, isConsole, name, stream, state, virtio }: PortOptions) {
    this.id = id;
    this.isConsole = isConsole;
    this.name = name;
    this.#stream = stream;
    this.#state = state;
    this.#virtio = virtio;
    stream.onInput = (bytes) => {
      state.input.push(bytes);
      this.receive();
    };
  }

  /** The driver has set it up, or has not. A console is open then. */
  setReady(isReady: boolean): void {
    this.#state.isReady = isReady;
    this.receive();
  }

  setOpen(isOpen: boolean): void {
    this.#state.isOpen = isOpen;
    this.receive();
  }

  /** The driver has forgotten it. What comes from the host waits. */
  reset(): void {
    Object.assign(this.#state, { isReady: false, isOpen: false });
  }

  /** A driver that knows only one port never says that it is open. */
  get #isOpen(): boolean {
    const { isOpen, isReady } = this.#state;
    return isOpen || (this.isConsole && (isReady || !this.#virtio.has(MULTIPORT)));
  }

  /** Gives the guest what it has room for. */
  receive(): void {
    const { input } = this.#state;
    if (!this.#virtio.isRunning || !this.#isOpen) return;
    const queue = this.#virtio.queues[receiveQueue(this.id)];
    while (input.length > 0) {
      const chain = queue.pop();
      if (chain === null) break;
      if (chain.writable === 0) this.#virtio.fail('a buffer has no room, number', chain.head);
      const count = chain.write(0, input.peek(chain.writable));
      input.drop(count);
      queue.push(chain.head, count);
      this.#stream.taken(count);
    }
    queue.tell();
  }

  /** Sends what the guest has written. */
  transmit(): void {
    const queue = this.#virtio.queues[transmitQueue(this.id)];
    queue.drain((chain) => {
      if (chain.readable > MOST_WRITTEN) this.#virtio.fail('too many bytes are written at once,', chain.readable);
      else {
        const bytes = new Uint8Array(chain.readable);
        chain.read(0, bytes);
        this.#stream.write(bytes);
        queue.push(chain.head, 0);
      }
    });
    queue.tell();
  }
}
