import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ByteReader } from '../../vnc/byte-reader.ts';
import { VncError } from '../../vnc/error.ts';
import type { ViewerConnection } from '../../vnc/viewer.ts';

/** RFC 6455, 1.3. */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** RFC 6455, 5.2. */
const Opcode = { continuation: 0, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const FINAL = 0x80;
const MASKED = 0x80;
/** Longest payload of a control frame. */
const MOST_CONTROL = 125;
/** Bytes of a payload that are taken at a time. */
const PIECE = 1 << 16;

/** The answer that makes a connection a WebSocket; undefined: the request asks for none. */
export function upgradeAnswer({ headers }: IncomingMessage): string | undefined {
  const key = headers['sec-websocket-key'];
  if (key === undefined || headers['sec-websocket-version'] !== '13') return undefined;
  const accept = createHash('sha1')
    .update(key + KEY_SUFFIX)
    .digest('base64');
  const protocols = headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...(protocols.includes('binary') ? ['Sec-WebSocket-Protocol: binary'] : []),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The protocol of WebSockets on a connection: messages are taken as a stream of bytes. */
export class WebSocketConnection implements ViewerConnection {
  readonly #below: ViewerConnection;
  readonly #reader = new ByteReader();

  constructor(below: ViewerConnection) {
    this.#below = below;
  }

  /** Bytes from the other end. Resolves when more may come. */
  receive(bytes: Uint8Array): Promise<void> {
    return this.#reader.push(bytes);
  }

  end(): void {
    this.#reader.end();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#below.write(frame(Opcode.binary, bytes));
  }

  close(): void {
    // 1000: there is nothing more to say.
    this.#below.write(frame(Opcode.close, Uint8Array.of(1000 >> 8, 1000 & 255))).catch(() => {});
    this.#below.close();
  }

  /**
   * Hands on what messages hold until the other end closes.
   * @throws VncError for what is no frame of a client, or holds text
   * @throws ViewerGone
   */
  async read(take: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    for (;;) {
      const header = await this.#reader.take(2);
      const opcode = header.getUint8(0) & 15;
      if ((header.getUint8(1) & MASKED) === 0) throw new VncError('a frame of a client must be masked');
      const length = await this.#length(header.getUint8(1) & 127);
      const mask = await this.#reader.take(4);
      if (opcode === Opcode.close) return;
      if (opcode === Opcode.continuation || opcode === Opcode.binary) await this.#payload(length, mask, take);
      else await this.#control(opcode, length, mask);
    }
  }

  /** Longer than 125 bytes: in the next two or eight bytes. */
  async #length(short: number): Promise<number> {
    if (short === 126) return (await this.#reader.take(2)).getUint16(0);
    return short === 127 ? Number((await this.#reader.take(8)).getBigUint64(0)) : short;
  }

  async #payload(length: number, mask: DataView, take: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    for (let at = 0; at < length; at += PIECE) {
      const piece = new Uint8Array((await this.#reader.take(Math.min(PIECE, length - at))).buffer);
      // Pieces begin where the mask does: it has four bytes.
      await take(piece.map((byte, n) => byte ^ mask.getUint8(n & 3)));
    }
  }

  async #control(opcode: number, length: number, mask: DataView): Promise<void> {
    const isKnown = opcode === Opcode.ping || opcode === Opcode.pong;
    if (!isKnown || length > MOST_CONTROL) throw new VncError(`a WebSocket frame of kind ${opcode} is not supported`);
    let said = new Uint8Array(0);
    await this.#payload(length, mask, async (bytes) => {
      said = new Uint8Array(bytes);
    });
    if (opcode === Opcode.ping) await this.#below.write(frame(Opcode.pong, said));
  }
}

function frame(opcode: number, bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  const size = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const result = new Uint8Array(2 + size + length);
  const view = new DataView(result.buffer);
  result[0] = FINAL | opcode;
  result[1] = size === 0 ? length : size === 2 ? 126 : 127;
  if (size === 2) view.setUint16(2, length);
  if (size === 8) view.setBigUint64(2, BigInt(length));
  result.set(bytes, 2 + size);
  return result;
}
