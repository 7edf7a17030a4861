import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** The text that a server adds to a client's key (RFC 6455, 1.3). */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Opcodes (RFC 6455, 5.2). */
const [TEXT, BINARY] = [1, 2];

/** A server of WebSockets on the loopback. */
export abstract class WebSocketServer implements AsyncDisposable {
  readonly #server = createServer();
  protected readonly clients = new Set<Socket>();

  constructor() {
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket) => this.#join(request, socket));
  }

  protected async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A client is there. */
  protected joined(_client: Socket): void {}

  /** A client has gone. */
  protected left(_client: Socket): void {}

  /** A client has sent a binary message. */
  protected abstract received(payload: Buffer, client: Socket): void;

  protected sendText(client: Socket, text: string): void {
    client.write(message(TEXT, Buffer.from(text)));
  }

  protected sendBytes(client: Socket, bytes: Uint8Array): void {
    client.write(message(BINARY, Buffer.from(bytes)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) client.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join({ headers }: IncomingMessage, socket: Socket): void {
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${KEY_SUFFIX}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    this.clients.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.clients.delete(socket);
      this.left(socket);
    });
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      rest = this.#take(Buffer.concat([rest, bytes]), socket);
    });
    this.joined(socket);
  }

  /** Takes all whole messages. Clients' are masked, and ours have a length of 7 or 16 bits (RFC 6455, 5.2 and 5.3). */
  #take(bytes: Buffer, from: Socket): Buffer {
    let at = 0;
    while (at + 8 <= bytes.length) {
      const isLong = (bytes[at + 1]! & 0x7f) === 126;
      const length = isLong ? bytes.readUInt16BE(at + 2) : bytes[at + 1]! & 0x7f;
      const start = at + (isLong ? 8 : 6);
      if (start + length > bytes.length) break;
      const mask = bytes.subarray(start - 4, start);
      const payload = bytes.subarray(start, start + length).map((byte, n) => byte ^ mask[n & 3]!);
      if ((bytes[at]! & 0xf) === BINARY) this.received(Buffer.from(payload), from);
      at = start + length;
    }
    return bytes.subarray(at);
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
