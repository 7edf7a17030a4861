import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a server adds to a client's key (RFC 6455, 1.3). */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Opcodes (RFC 6455, 5.2). */
const [TEXT, BINARY] = [1, 2];

/** A relay on the loopback: each binary message of one client goes to all others. */
export class RelayServer implements AsyncDisposable {
  readonly #server = createServer();
  readonly #clients = new Set<Socket>();

  private constructor() {
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket) => this.#join(request, socket));
  }

  static async start(port = 0): Promise<RelayServer> {
    const relay = new RelayServer();
    await new Promise<void>((resolve) => relay.#server.listen(port, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** Says something that is no frame to all. */
  say(text: string): void {
    for (const client of this.#clients) client.write(message(TEXT, Buffer.from(text)));
  }

  /** A binary message of the relay's own for all. */
  send(bytes: Uint8Array): void {
    for (const client of this.#clients) client.write(message(BINARY, Buffer.from(bytes)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join({ headers }: IncomingMessage, socket: Socket): void {
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${KEY_SUFFIX}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    this.#clients.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#clients.delete(socket));
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      rest = this.#take(Buffer.concat([rest, bytes]), socket);
    });
  }

  /** Passes all whole messages on. Clients' are masked, and short ones have a length of 7 or 16 bits (RFC 6455, 5.2 and 5.3). */
  #take(bytes: Buffer, from: Socket): Buffer {
    let at = 0;
    while (at + 8 <= bytes.length) {
      const isLong = (bytes[at + 1]! & 0x7f) === 126;
      const length = isLong ? bytes.readUInt16BE(at + 2) : bytes[at + 1]! & 0x7f;
      const start = at + (isLong ? 8 : 6);
      if (start + length > bytes.length) break;
      const mask = bytes.subarray(start - 4, start);
      const payload = bytes.subarray(start, start + length).map((byte, n) => byte ^ mask[n & 3]!);
      if ((bytes[at]! & 0xf) === BINARY) this.#spread(Buffer.from(payload), from);
      at = start + length;
    }
    return bytes.subarray(at);
  }

  #spread(payload: Buffer, from: Socket): void {
    for (const client of this.#clients) if (client !== from) client.write(message(BINARY, payload));
  }
}

function message(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x80 | opcode), lengthBytes(payload.length), payload]);
}

function lengthBytes(length: number): Buffer {
  if (length < 126) return Buffer.of(length);
  if (length < 0x10000) return Buffer.of(126, length >> 8, length & 0xff);
  const bytes = Buffer.alloc(9, 127);
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}
