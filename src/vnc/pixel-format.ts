import { VncError } from './error.ts';

/** How a viewer wants pixels (RFC 6143, 7.4). */
export interface PixelFormat {
  readonly bitsPerPixel: 8 | 16 | 32;
  readonly depth: number;
  readonly isBigEndian: boolean;
  /** Red, green and blue. */
  readonly channels: readonly [Channel, Channel, Channel];
}

interface Channel {
  /** The largest value. */
  readonly most: number;
  /** Bits to its right. */
  readonly shift: number;
}

/** The server's own format, which is QEMU's. */
export const usualFormat: PixelFormat = {
  bitsPerPixel: 32,
  depth: 24,
  isBigEndian: false,
  channels: [
    { most: 255, shift: 16 },
    { most: 255, shift: 8 },
    { most: 255, shift: 0 },
  ],
};

/** As it stands in messages: 16 bytes. */
export function formatBytes({ bitsPerPixel, depth, isBigEndian, channels }: PixelFormat): Uint8Array {
  const most = channels.flatMap((channel) => [channel.most >> 8, channel.most]);
  const shifts = channels.map(({ shift }) => shift);
  return Uint8Array.from([bitsPerPixel, depth, isBigEndian ? 1 : 0, 1, ...most, ...shifts, 0, 0, 0]);
}

/** @throws VncError for colour maps, and for what is no format */
export function readFormat(view: DataView, at: number): PixelFormat {
  const bitsPerPixel = view.getUint8(at);
  if (bitsPerPixel !== 8 && bitsPerPixel !== 16 && bitsPerPixel !== 32)
    throw new VncError(`pixels of ${bitsPerPixel} bits are not supported; use 8, 16 or 32`);
  if (view.getUint8(at + 3) === 0) throw new VncError('colour maps are not supported; use true colours');
  const channel = (n: number) => ({ most: view.getUint16(at + 4 + 2 * n), shift: view.getUint8(at + 10 + n) });
  const channels = [channel(0), channel(1), channel(2)] as const;
  if (channels.some(({ most, shift }) => most * 2 ** shift >= 2 ** bitsPerPixel))
    throw new VncError(`colours do not fit into pixels of ${bitsPerPixel} bits`);
  return { bitsPerPixel, depth: view.getUint8(at + 1), isBigEndian: view.getUint8(at + 2) !== 0, channels };
}

/** Which bytes of a pixel ZRLE sends: three where colours take only these (RFC 6143, 7.7.5). */
export interface CompressedPixel {
  readonly start: number;
  readonly bytes: number;
}

export function compressedPixel({ bitsPerPixel, depth, isBigEndian, channels }: PixelFormat): CompressedPixel {
  const all = { start: 0, bytes: bitsPerPixel / 8 };
  if (bitsPerPixel !== 32 || depth > 24) return all;
  const isLow = channels.every(({ most, shift }) => most * 2 ** shift < 2 ** 24);
  const isHigh = channels.every(({ shift }) => shift >= 8);
  if (!isLow && !isHigh) return all;
  return { start: isLow === isBigEndian ? 1 : 0, bytes: 3 };
}

/** Makes a viewer's pixels of dots of the screen: red in bits 0-7, green in 8-15, blue in 16-23. */
export class PixelPacker {
  readonly bytesPerPixel: number;
  readonly #tables: readonly Uint32Array[];

  constructor(format: PixelFormat) {
    this.bytesPerPixel = format.bitsPerPixel / 8;
    this.#tables = format.channels.map((channel) => tableOf(channel, format));
  }

  /** The bytes of pixels, in the viewer's order. */
  pack(dots: Uint32Array): Uint8Array {
    const [red, green, blue] = this.#tables;
    const pixels = this.#allocate(dots.length);
    for (let n = 0; n < dots.length; n++) {
      const dot = dots[n];
      pixels[n] = red[dot & 255] | green[(dot >> 8) & 255] | blue[(dot >> 16) & 255];
    }
    return new Uint8Array(pixels.buffer);
  }

  #allocate(length: number): Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
    if (this.bytesPerPixel === 1) return new Uint8Array(length);
    return this.bytesPerPixel === 2 ? new Uint16Array(length) : new Uint32Array(length);
  }
}

/** A channel's part of the pixel for each value of the screen, its bytes swapped where the viewer wants them so. */
function tableOf({ most, shift }: Channel, { bitsPerPixel, isBigEndian }: PixelFormat): Uint32Array {
  const part = (value: number) => Math.floor((value * (most + 1)) / 256) << shift;
  return Uint32Array.from({ length: 256 }, (_, value) =>
    isBigEndian ? swapped(part(value), bitsPerPixel) : part(value),
  );
}

function swapped(value: number, bits: number): number {
  const bytes = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24].slice(0, bits / 8);
  return bytes.reduce((all, byte) => (all << 8) | byte, 0);
}
