import { ConfigurationError } from '../util/errors.ts';
import { isLoopbackName } from '../util/loopback.ts';
import { ChannelError, type MigrationChannel } from './channel.ts';
import { Inbox } from './inbox.ts';

/** Bytes that wait to be sent before the next ones have to wait. */
const MOST_WAITING = 1 << 20;
/** Milliseconds between two looks whether they have gone: a WebSocket does not tell. */
const LOOK_INTERVAL = 4;

/** A migration by a WebSocket that was dialled here: the only way out of a page. */
export class WebSocketChannel implements MigrationChannel {
  readonly answers = true;
  readonly isForPages = true;
  readonly #socket: WebSocket;
  readonly #inbox = new Inbox();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    const isHere = isLoopbackName(new URL(socket.url).hostname);
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#inbox.push(new Uint8Array(data));
    };
    socket.onclose = ({ wasClean, code }) => {
      // The other end has said goodbye. Of another host that may be something between, such as a proxy.
      const isSure = wasClean && isHere;
      this.#inbox.end(isSure ? undefined : broken(code));
    };
  }

  /**
   * Dials a process that waits.
   * @param url such as `ws://127.0.0.1:4444`
   * @param cancelled ends the attempt, and the connection
   * @throws ConfigurationError if nobody answers there; the reason of the signal
   */
  static async open(url: string, cancelled?: AbortSignal): Promise<WebSocketChannel> {
    if (!/^wss?:\/\/./.test(url) || !URL.canParse(url))
      throw new ConfigurationError(`'${url}' is no address of a WebSocket; give one such as ws://127.0.0.1:4444`);
    cancelled?.throwIfAborted();
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    const channel = new WebSocketChannel(socket);
    cancelled?.addEventListener('abort', () => channel.#cancel(cancelled.reason), { once: true });
    if (await isOpened(socket)) return channel;
    cancelled?.throwIfAborted();
    throw new ConfigurationError(
      `nobody waits for a machine at ${url}, or this page may not connect there (the page's address, its content security policy)`,
    );
  }

  #cancel(reason: Error): void {
    this.#inbox.end(reason);
    this.destroy();
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#checkOpen();
    // It takes no bytes that threads share.
    this.#socket.send(new Uint8Array(bytes));
    while (this.#socket.bufferedAmount > MOST_WAITING) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
      this.#checkOpen();
    }
  }

  #checkOpen(): void {
    if (this.#inbox.error) throw this.#inbox.error;
    if (this.#socket.readyState !== WebSocket.OPEN)
      throw new ChannelError('the connection is closed', { isPeerGone: this.#socket.readyState === WebSocket.CLOSED });
  }

  read(): Promise<Uint8Array | null> {
    return this.#inbox.read();
  }

  /** Closes the socket after all that was sent before. */
  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => this.#socket.addEventListener('close', () => resolve()));
    this.#socket.close();
    await closed;
  }

  destroy(): void {
    this.#socket.close();
  }
}

function isOpened(socket: WebSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true });
    socket.addEventListener('close', () => resolve(false), { once: true });
  });
}

function broken(code: number): ChannelError {
  return new ChannelError(`the connection is broken: it was closed with the code ${code}`, { isPeerGone: false });
}
