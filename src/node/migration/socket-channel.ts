import type { Socket } from 'node:net';
import { ChannelError, type MigrationChannel } from '../../migration/channel.ts';
import { systemMessage } from '../system-message.ts';

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
  readonly #socket: Socket;
  readonly #arrived: Uint8Array[] = [];
  #ahead = 0;
  #hasEnded = false;
  #error: ChannelError | undefined;
  #isClosing = false;
  /** The other end is on this host. */
  readonly #isHere: boolean;
  #onChange: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#isHere = isThisHost(socket.remoteAddress);
    socket.setNoDelay();
    socket.setKeepAlive(true, ALIVE);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('end', () => this.#end());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isPeerGone = this.#isHere && GONE.includes(error.code ?? '');
      this.#error = new ChannelError(`the connection is broken: ${systemMessage(error)}`, { isPeerGone });
      this.#onChange();
    });
    socket.on('close', () => this.#end());
  }

  #end(): void {
    this.#hasEnded = true;
    if (!this.#isHere) this.#error ??= closed({ isPeerGone: false });
    this.#onChange();
  }

  #take(bytes: Uint8Array): void {
    // Nobody reads what comes after the end.
    if (this.#isClosing) return;
    this.#arrived.push(bytes);
    this.#ahead += bytes.length;
    if (this.#ahead > AHEAD) this.#socket.pause();
    this.#onChange();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#error) throw this.#error;
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (!error) resolve();
        else reject(this.#error ?? closed({ isPeerGone: this.#isHere }));
      });
    });
  }

  async read(): Promise<Uint8Array | null> {
    const bytes = await this.peek();
    if (bytes === null) return null;
    this.#arrived.shift();
    this.#ahead -= bytes.length;
    if (this.#ahead < AHEAD / 2) this.#socket.resume();
    return bytes;
  }

  /** What `read` would give, which stays. Throws ChannelError. */
  async peek(): Promise<Uint8Array | null> {
    for (;;) {
      const [bytes] = this.#arrived;
      if (bytes !== undefined) return bytes;
      if (this.#error) throw this.#error;
      if (this.#hasEnded) return null;
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }

  /** The socket is there until the other end closes its own: what was sent gets there. It doesn't keep the program alive. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#arrived.length = 0;
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
