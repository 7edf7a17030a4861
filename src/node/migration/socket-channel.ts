import { ChannelError, type MigrationChannel } from '../../migration/channel.ts';
import { Inbox } from '../../migration/inbox.ts';
import { systemMessage } from '../process/system-message.ts';
import type { ByteSocket } from '../sockets/byte-socket.ts';

/**
 * The host closed the other end: the process there has ended, or has let go of it. Of another host that is not said: it says the same
 * of a connection that it knows no more. Nor is it of an end without an error: something between, such as a tunnel, may have ended.
 */
const GONE = ['ECONNRESET', 'EPIPE', 'ECONNABORTED'];
/** Bytes that are read ahead. */
const AHEAD = 4 << 20;
/** After so many milliseconds without a word the host asks whether the other end is still there. */
const ALIVE = 5_000;

/** A migration by a socket. What has come is kept here, so that an error of the socket doesn't take it away. */
export class SocketChannel implements MigrationChannel {
  readonly answers = true;
  readonly isForPages: boolean;
  readonly #socket: ByteSocket;
  readonly #inbox = new Inbox();
  #isClosing = false;
  /** The other end is on this host. */
  readonly #isHere: boolean;

  constructor(socket: ByteSocket) {
    this.#socket = socket;
    this.isForPages = socket.hasSaidGoodbye !== undefined;
    this.#isHere = isThisHost(socket.remoteAddress);
    socket.setNoDelay();
    socket.setKeepAlive(true, ALIVE);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('end', () => this.#end());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isPeerGone = this.#isEndSure && GONE.includes(error.code ?? '');
      this.#inbox.end(new ChannelError(`the connection is broken: ${systemMessage(error)}`, { isPeerGone }));
    });
    socket.on('close', () => this.#end());
  }

  /** The end of the connection is that of the other process. A browser may end one of a page that is still there, but says no goodbye. */
  get #isEndSure(): boolean {
    return this.#isHere && this.#socket.hasSaidGoodbye !== false;
  }

  #end(): void {
    this.#inbox.end(this.#isEndSure ? undefined : closed({ isPeerGone: false }));
  }

  #take(bytes: Uint8Array): void {
    // Nobody reads what comes after the end.
    if (this.#isClosing) return;
    this.#inbox.push(bytes);
    if (this.#inbox.length > AHEAD) this.#socket.pause();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#inbox.error) throw this.#inbox.error;
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (!error) resolve();
        else reject(this.#inbox.error ?? closed({ isPeerGone: this.#isEndSure }));
      });
    });
  }

  async read(): Promise<Uint8Array | null> {
    const bytes = await this.#inbox.read();
    if (this.#inbox.length < AHEAD / 2) this.#socket.resume();
    return bytes;
  }

  /** The bytes that `read` would give once there are more than `more`; they stay unread. Throws ChannelError. */
  peek(more: number): Promise<Uint8Array | null> {
    return this.#inbox.peek(more);
  }

  /** The socket is there until the other end closes its own: what was sent gets there. It doesn't keep the program alive. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#inbox.clear();
    this.#socket.resume();
    await new Promise<void>((resolve) => this.#socket.end(() => resolve()));
    this.#socket.unref();
  }

  destroy(): void {
    if (!this.#isClosing) this.#socket.destroy();
  }
}

function closed(options: { readonly isPeerGone: boolean }): ChannelError {
  return new ChannelError('the connection is closed', options);
}

/** Whether that is the address of a loopback; a Unix socket has none. */
export function isThisHost(address: string | undefined): boolean {
  return address === undefined || address === '::1' || /^(::ffff:)?127\./.test(address);
}
