import { LARGEST_FRAME } from '../../runtime/host/frames.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { NetworkBackend } from './backend.ts';
import { FrameQueue } from './frame-queue.ts';
import type { Timers } from './host.ts';
import { ETHERNET_HEADER } from './link.ts';

/** Bytes that wait for the relay; what goes beyond is lost, as on a wire. */
const MOST_WAITING = 0x100000;
/** Milliseconds before a lost relay is asked for again; it doubles up to the second. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [1000, 30_000];

/**
 * A wire to a relay on the network: each message of a WebSocket is one frame, without anything else. It is what the relays of v86's
 * users speak (websockproxy and its like). Where the relay is lost, frames are too, until it is there again.
 */
export class RelayBackend extends FrameQueue implements NetworkBackend {
  readonly #url: string;
  readonly #timers: Timers;
  readonly #log: (message: string) => void;
  #socket: WebSocket | undefined;
  #pause = FIRST_PAUSE;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  private constructor(url: string, timers: Timers, log: (message: string) => void) {
    super();
    this.#url = url;
    this.#timers = timers;
    this.#log = log;
  }

  /**
   * @param log hears when the relay is lost, and is there again
   * @throws ConfigurationError if there is none at this address
   */
  static async open(url: string, timers: Timers, log: (message: string) => void): Promise<RelayBackend> {
    if (!/^wss?:\/\//.test(url) || !URL.canParse(url))
      throw new ConfigurationError(`url is '${url}'; it must be the address of a relay, such as wss://relay.example/`);
    const backend = new RelayBackend(url, timers, log);
    if (await backend.#connect()) return backend;
    await backend.close();
    throw new ConfigurationError(`there is no relay at ${url}, or it refuses this page`);
  }

  send(frame: Uint8Array): void {
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount <= MOST_WAITING)
      socket.send(new Uint8Array(frame));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    this.#socket?.close();
    this.clear();
  }

  /** @returns whether the relay is there */
  #connect(): Promise<boolean> {
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.#receive(data);
    return new Promise((resolve) => {
      socket.onopen = () => {
        this.#socket = socket;
        this.#pause = FIRST_PAUSE;
        resolve(true);
      };
      socket.onclose = () => {
        const wasOpen = this.#socket === socket;
        this.#socket = wasOpen ? undefined : this.#socket;
        resolve(false);
        if (wasOpen) this.#lost();
      };
    });
  }

  #lost(): void {
    if (this.#isClosed) return;
    this.#log(`the relay ${this.#url} has closed the connection; it is asked for again and again`);
    this.#retry();
  }

  #retry(): void {
    this.#cancel = this.#timers.after(this.#pause, async () => {
      const isThere = await this.#connect();
      if (this.#isClosed) this.#socket?.close();
      else if (isThere) this.#log(`the relay ${this.#url} is there again`);
      else this.#retry();
    });
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  /** A relay may send text too, which is for nobody. */
  #receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer) || data.byteLength < ETHERNET_HEADER || data.byteLength > LARGEST_FRAME) return;
    this.push(new Uint8Array(data));
  }
}
