/** RFC 6455, 5.2. */
export const Opcode = { continuation: 0, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const FINAL = 0x80;
const MASKED = 0x80;
/** Longest payload of a control frame. */
const MOST_CONTROL = 125;
/** The longest header of a client's frame: two bytes, eight for the length, four for the mask. */
const MOST_HEADER = 14;

/** An error in the data of a client. */
export class WebSocketError extends Error {
  override readonly name = 'WebSocketError';
}

/** A frame of a server (RFC 6455, 5.2): one whole message, or a control frame. */
export function frame(opcode: number, bytes: Uint8Array): Uint8Array {
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

/** A receiver of the contents of a client's frames. */
export interface FrameTaker {
  /** A part of a message. */
  data(bytes: Uint8Array): void;
  /** It asks whether somebody is there; the answer holds the same bytes. */
  ping(bytes: Uint8Array): void;
  /** It says that it sends no more. */
  close(): void;
}

/** Takes a client's frames apart. Messages are one stream of bytes: where one ends does not count. */
export class FrameReader {
  readonly #taker: FrameTaker;
  readonly #header = new Uint8Array(MOST_HEADER);
  #headerBytes = 0;
  #opcode = 0;
  readonly #mask = new Uint8Array(4);
  /** Bytes of the payload that have come. */
  #at = 0;
  #length = 0;
  #control: number[] = [];
  #hasClosed = false;

  constructor(taker: FrameTaker) {
    this.#taker = taker;
  }

  /**
   * Takes bytes as they come; what follows the end is for nobody.
   * @throws WebSocketError for what is no frame of a client, or holds text
   */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#hasClosed; )
      at += this.#at < this.#length ? this.#takePayload(bytes.subarray(at)) : this.#takeHeader(bytes[at]!);
  }

  #takeHeader(byte: number): number {
    this.#header[this.#headerBytes++] = byte;
    if (this.#headerBytes >= 2 && this.#headerBytes === this.#headerLength) this.#begin();
    return 1;
  }

  /** Bytes of the header whose first two bytes have arrived. */
  get #headerLength(): number {
    return 2 + lengthBytes(this.#header[1]! & 127) + 4;
  }

  #begin(): void {
    const end = this.#headerBytes;
    const [first, second] = [this.#header[0]!, this.#header[1]!];
    if ((second & MASKED) === 0) throw new WebSocketError('a frame of a client must be masked');
    this.#headerBytes = 0;
    this.#opcode = first & 15;
    this.#mask.set(this.#header.subarray(end - 4, end));
    this.#at = 0;
    this.#length = lengthOf(this.#header);
    this.#control = [];
    if (!this.#isData) this.#checkControl();
    if (this.#length === 0) this.#end();
  }

  get #isData(): boolean {
    return this.#opcode === Opcode.continuation || this.#opcode === Opcode.binary;
  }

  #checkControl(): void {
    const isKnown = this.#opcode >= Opcode.close && this.#opcode <= Opcode.pong;
    if (!isKnown || this.#length > MOST_CONTROL)
      throw new WebSocketError(`a WebSocket frame of kind ${this.#opcode} is not supported`);
  }

  /** @returns how many bytes it has taken */
  #takePayload(bytes: Uint8Array): number {
    const payload = bytes.slice(0, this.#length - this.#at);
    for (let n = 0; n < payload.length; n++) payload[n]! ^= this.#mask[(this.#at + n) & 3]!;
    this.#at += payload.length;
    if (this.#isData) this.#taker.data(payload);
    else this.#control.push(...payload);
    if (this.#at === this.#length) this.#end();
    return payload.length;
  }

  #end(): void {
    if (this.#opcode === Opcode.ping) this.#taker.ping(Uint8Array.from(this.#control));
    if (this.#opcode !== Opcode.close) return;
    this.#hasClosed = true;
    this.#taker.close();
  }
}

/** More than 125 bytes stand in the next two or eight bytes. */
function lengthBytes(short: number): number {
  if (short === 126) return 2;
  return short === 127 ? 8 : 0;
}

function lengthOf(header: Uint8Array): number {
  const short = header[1]! & 127;
  const view = new DataView(header.buffer);
  if (short === 126) return view.getUint16(2);
  return short === 127 ? Number(view.getBigUint64(2)) : short;
}
