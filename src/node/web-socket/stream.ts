import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ByteSocket } from '../sockets/byte-socket.ts';
import { FrameReader, frame, Opcode, WebSocketError } from './frames.ts';

/** 1000: there is nothing more to say (RFC 6455, 7.4.1). */
const NORMAL = Uint8Array.of(1000 >> 8, 1000 & 255);
/** Bytes that wait to be sent. */
const MOST_WAITING = 1 << 20;

/** The server's end of a WebSocket, used as a socket: binary messages are a stream of bytes. */
export class WebSocketStream extends Duplex implements ByteSocket {
  readonly #socket: Socket;
  readonly #frames = new FrameReader({
    data: (bytes) => this.#take(bytes),
    ping: (bytes) => this.#answer(bytes),
    close: () => this.#ended(),
  });
  #hasSaidGoodbye = false;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#parse(bytes));
    socket.on('error', (error) => this.#lost(error.message));
    socket.on('end', () => this.#lost('the connection was closed without a word'));
    socket.on('close', () => this.#lost('the connection was closed without a word'));
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  /** A page says so when it closes its end, and a browser does when the page goes. */
  get hasSaidGoodbye(): boolean {
    return this.#hasSaidGoodbye;
  }

  setNoDelay(): void {
    this.#socket.setNoDelay();
  }

  setKeepAlive(isOn: boolean, milliseconds: number): void {
    this.#socket.setKeepAlive(isOn, milliseconds);
  }

  unref(): void {
    this.#socket.unref();
  }

  #parse(bytes: Uint8Array): void {
    try {
      this.#frames.push(bytes);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #take(bytes: Uint8Array): void {
    if (!this.push(bytes)) this.#socket.pause();
  }

  /** Answers a ping. A client that takes nothing gets no answers, which would pile up. */
  #answer(bytes: Uint8Array): void {
    if (this.#socket.writableLength < MOST_WAITING) this.#socket.write(frame(Opcode.pong, bytes));
  }

  #ended(): void {
    this.#hasSaidGoodbye = true;
    this.push(null);
    // It is read no more, so that the end of the connection is seen.
    this.#socket.resume();
  }

  #lost(reason: string): void {
    if (!this.#hasSaidGoodbye) this.destroy(new WebSocketError(reason));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Uint8Array, _: unknown, done: (error?: Error | null) => void): void {
    this.#socket.write(frame(Opcode.binary, bytes), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(frame(Opcode.close, NORMAL), () => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // Who has said goodbye waits for an answer.
    if (this.#hasSaidGoodbye && this.#socket.writable) this.#socket.end(frame(Opcode.close, NORMAL)).destroySoon();
    else this.#socket.destroy();
    done(error);
  }
}
