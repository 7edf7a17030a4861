import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { constants, inflateSync } from 'node:zlib';
import { ByteReader } from '../../src/vnc/byte-reader.ts';

/** How a client wants pixels: bits, big-endian, and largest value and shift of red, green and blue. */
export interface ClientFormat {
  readonly bits: 8 | 16 | 32;
  readonly depth: number;
  readonly isBig: boolean;
  readonly red: readonly [most: number, shift: number];
  readonly green: readonly [most: number, shift: number];
  readonly blue: readonly [most: number, shift: number];
}

export const rgb888: ClientFormat = {
  ...{ bits: 32, depth: 24, isBig: false, red: [255, 16], green: [255, 8], blue: [255, 0] },
};
export const rgb565: ClientFormat = {
  ...{ bits: 16, depth: 16, isBig: false, red: [31, 11], green: [63, 5], blue: [31, 0] },
};
export const bgr233: ClientFormat = {
  ...{ bits: 8, depth: 8, isBig: false, red: [7, 0], green: [7, 3], blue: [3, 6] },
};

/** A rectangle that has come. */
export interface Received {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly encoding: number;
}

interface Transport {
  write(bytes: Uint8Array): void;
  close(): void;
}

interface Greeting {
  readonly version?: string;
  readonly password?: string;
  readonly isShared?: boolean;
}

/** A client of the RFB protocol (RFC 6143), which keeps the picture that it gets. */
export class VncClient implements Disposable {
  readonly reader = new ByteReader();
  readonly #transport: Transport;
  readonly #streams = new Map<number, { input: Buffer; done: number }>();
  #format = rgb888;
  width = 0;
  height = 0;
  name = '';
  /** Red in bits 0-7, green in 8-15, blue in 16-23, as far as the format has them. */
  dots = new Uint32Array(0);

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  static async connect(address: { host: string; port: number } | { path: string }): Promise<VncClient> {
    const socket = connect(address);
    await once(socket, 'connect');
    const client = new VncClient({ write: (bytes) => socket.write(bytes), close: () => socket.destroy() });
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      socket.pause();
      void client.reader.push(bytes).then(() => socket.resume());
    });
    socket.on('close', () => client.reader.end());
    return client;
  }

  write(...bytes: readonly number[]): void {
    this.#transport.write(Uint8Array.from(bytes));
  }

  [Symbol.dispose](): void {
    this.#transport.close();
  }

  async text(length: number): Promise<string> {
    return new TextDecoder('latin1').decode(await this.reader.take(length));
  }

  /** Up to the server's picture of what it is. Gives what the server says of security: its result, or null where it says nothing. */
  async greet({ version = '003.008', password, isShared = true }: Greeting = {}): Promise<number | null> {
    const greeting = await this.text(12);
    if (greeting !== 'RFB 003.008\n') throw new Error(`the server greeted with ${greeting}`);
    this.write(...Buffer.from(`RFB ${version}\n`));
    const type = await this.#security(version);
    if (type === 2) await this.#answer(password!);
    const result = type === 2 || version === '003.008' ? (await this.reader.take(4)).getUint32(0) : null;
    if (result) return result;
    this.write(isShared ? 1 : 0);
    const body = await this.reader.take(24);
    this.#resize(body.getUint16(0), body.getUint16(2));
    this.name = await this.text(body.getUint32(20));
    return result;
  }

  async #security(version: string): Promise<number> {
    if (version === '003.003') return (await this.reader.take(4)).getUint32(0);
    const count = (await this.reader.take(1)).getUint8(0);
    const type = (await this.reader.take(count)).getUint8(0);
    this.write(type);
    return type;
  }

  async #answer(password: string): Promise<void> {
    const challenge = new Uint8Array((await this.reader.take(16)).buffer);
    const plain = Buffer.alloc(8);
    plain.write(password);
    const key = plain.map((byte) => Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2));
    const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null).setAutoPadding(false);
    this.write(...cipher.update(challenge));
  }

  #resize(width: number, height: number): void {
    [this.width, this.height] = [width, height];
    this.dots = new Uint32Array(width * height);
  }

  setFormat(format: ClientFormat): void {
    this.#format = format;
    const { bits, depth, isBig, red, green, blue } = format;
    const most = [red, green, blue].flatMap(([value]) => [value >> 8, value & 255]);
    this.write(0, 0, 0, 0, bits, depth, isBig ? 1 : 0, 1, ...most, red[1], green[1], blue[1], 0, 0, 0);
  }

  setEncodings(...encodings: readonly number[]): void {
    const numbers = encodings.flatMap((n) => [n >> 24, n >> 16, n >> 8, n]);
    this.write(2, 0, encodings.length >> 8, encodings.length, ...numbers);
  }

  request(isIncremental: boolean, part = { x: 0, y: 0, width: this.width, height: this.height }): void {
    const { x, y, width, height } = part;
    this.write(3, isIncremental ? 1 : 0, ...[x, y, width, height].flatMap((n) => [n >> 8, n]));
  }

  key(isDown: boolean, keysym: number): void {
    this.write(4, isDown ? 1 : 0, 0, 0, keysym >> 24, keysym >> 16, keysym >> 8, keysym);
  }

  extendedKey(isDown: boolean, keysym: number, keycode: number): void {
    this.write(255, 0, 0, isDown ? 1 : 0, keysym >> 24, keysym >> 16, keysym >> 8, keysym, 0, 0, 0, keycode);
  }

  pointer(buttons: number, x: number, y: number): void {
    this.write(5, buttons, x >> 8, x, y >> 8, y);
  }

  /** The next update, applied. */
  async update(): Promise<Received[]> {
    const header = await this.reader.take(4);
    if (header.getUint8(0) !== 0) throw new Error(`the message ${header.getUint8(0)} is no update`);
    const received: Received[] = [];
    for (let count = header.getUint16(2); count > 0; count--) received.push(await this.#rectangle());
    return received;
  }

  async #rectangle(): Promise<Received> {
    const body = await this.reader.take(12);
    const [x, y, width, height] = [0, 2, 4, 6].map((at) => body.getUint16(at)) as [number, number, number, number];
    const encoding = body.getInt32(8);
    if (encoding === 0) this.#put(x, y, width, await this.#pixels(width * height));
    else if (encoding === 6) this.#put(x, y, width, this.#decode(await this.#inflated(6), width * height, false)[0]);
    else if (encoding === 16) this.#tiles(x, y, width, height, await this.#inflated(16));
    else await this.#notice(encoding, width, height);
    return { x, y, width, height, encoding };
  }

  async #notice(encoding: number, width: number, height: number): Promise<void> {
    if (encoding === -308) {
      const screens = (await this.reader.take(4)).getUint8(0);
      await this.reader.take(16 * screens);
    }
    if ((encoding === -223 || encoding === -308) && (width !== this.width || height !== this.height))
      this.#resize(width, height);
  }

  async #pixels(count: number): Promise<Uint32Array> {
    const bytes = new Uint8Array((await this.reader.take((count * this.#format.bits) / 8)).buffer);
    return this.#decode(bytes, count, false)[0];
  }

  /** Pixels, and how many bytes they take. */
  #decode(bytes: Uint8Array, count: number, isCompressed: boolean): [Uint32Array, number] {
    const { bits, depth, isBig, red, green, blue } = this.#format;
    const size = isCompressed && bits === 32 && depth <= 24 ? 3 : bits / 8;
    // All formats of these tests that have three bytes have their colors in the lowest three.
    const pixels = Uint32Array.from({ length: count }, (_, n) => {
      const part = [...bytes.subarray(n * size, (n + 1) * size)];
      const value = (isBig ? part : part.reverse()).reduce((all, byte) => all * 256 + byte, 0);
      const channel = ([most, shift]: readonly [number, number]) => Math.floor(value / 2 ** shift) & most;
      return channel(red) | (channel(green) << 8) | (channel(blue) << 16);
    });
    return [pixels, count * size];
  }

  async #inflated(encoding: number): Promise<Uint8Array> {
    const length = (await this.reader.take(4)).getUint32(0);
    const bytes = Buffer.from((await this.reader.take(length)).buffer);
    const stream = this.#streams.get(encoding) ?? { input: Buffer.alloc(0), done: 0 };
    this.#streams.set(encoding, stream);
    stream.input = Buffer.concat([stream.input, bytes]);
    const all = inflateSync(stream.input, { finishFlush: constants.Z_SYNC_FLUSH });
    const fresh = all.subarray(stream.done);
    stream.done = all.length;
    return fresh;
  }

  #put(x: number, y: number, width: number, pixels: Uint32Array): void {
    for (let at = 0; at < pixels.length; at += width)
      this.dots.set(pixels.subarray(at, at + width), (y + at / width) * this.width + x);
  }

  /** ZRLE, with all of its kinds. */
  #tiles(x: number, y: number, width: number, height: number, bytes: Uint8Array): void {
    let at = 0;
    for (let top = 0; top < height; top += 64) {
      for (let left = 0; left < width; left += 64) {
        const [w, h] = [Math.min(64, width - left), Math.min(64, height - top)];
        const [pixels, used] = this.#tile(bytes.subarray(at), w, h);
        at += used;
        this.#put(x + left, y + top, w, pixels);
      }
    }
    if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes of ZRLE are left`);
  }

  #tile(bytes: Uint8Array, width: number, height: number): [Uint32Array, number] {
    const kind = bytes[0]!;
    const count = width * height;
    const plain = (from: number, pixels: number) => this.#decode(bytes.subarray(from), pixels, true);
    if (kind === 0) {
      const [pixels, used] = plain(1, count);
      return [pixels, 1 + used];
    }
    const [palette, used] = plain(1, kind === 128 ? 0 : kind & 127);
    if (kind === 1) return [new Uint32Array(count).fill(palette[0]!), 1 + used];
    if (kind >= 128) return this.#runs(bytes, 1 + used, count, kind === 128 ? null : palette);
    const bits = kind === 2 ? 1 : kind <= 4 ? 2 : 4;
    const line = Math.ceil((width * bits) / 8);
    const pixels = Uint32Array.from({ length: count }, (_, n) => {
      const bit = (n % width) * bits;
      const byte = bytes[1 + used + Math.floor(n / width) * line + (bit >> 3)]!;
      return palette[(byte >> (8 - bits - (bit & 7))) & ((1 << bits) - 1)]!;
    });
    return [pixels, 1 + used + line * height];
  }

  #runs(bytes: Uint8Array, start: number, count: number, palette: Uint32Array | null): [Uint32Array, number] {
    const pixels = new Uint32Array(count);
    let at = start;
    for (let n = 0; n < count; ) {
      let length = 1;
      let isRun = true;
      if (palette === null) {
        const [[pixel], used] = this.#decode(bytes.subarray(at), 1, true);
        at += used;
        pixels[n] = pixel!;
      } else {
        isRun = bytes[at]! >= 128;
        pixels[n] = palette[bytes[at++]! & 127]!;
      }
      while (isRun) {
        length += bytes[at]!;
        isRun = bytes[at++] === 255;
      }
      pixels.fill(pixels[n]!, n, n + length);
      n += length;
    }
    return [pixels, at];
  }
}
