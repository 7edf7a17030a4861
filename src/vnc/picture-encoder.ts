import { joined, unsigned16, unsigned32 } from './bytes.ts';
import { Encoding, type PictureEncoding } from './encodings.ts';
import { compressedPixel, type PixelFormat, PixelPacker, usualFormat } from './pixel-format.ts';
import { dotsOf, type Picture, type Rectangle } from './rectangle.ts';
import { zrleTiles } from './zrle.ts';

/** Compresses a stream of zlib (RFC 1950), so that what came so far can be read after each part. */
export interface Deflater {
  deflate(bytes: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

/** Where a rectangle is, and how what follows is to be read. */
export function rectangleHeader({ x, y, width, height }: Rectangle, encoding: number): Uint8Array {
  return joined(unsigned16(x, y, width, height), unsigned32(encoding));
}

/** Makes a viewer's rectangles of a picture, in its format and encoding. */
export class PictureEncoder {
  readonly #openDeflater: () => Deflater;
  /** Each encoding has a stream of its own, for as long as the viewer is there (RFC 6143, 7.7.6). */
  readonly #deflaters = new Map<PictureEncoding, Deflater>();
  #format = usualFormat;
  #packer = new PixelPacker(usualFormat);
  encoding: PictureEncoding = 'raw';

  constructor(openDeflater: () => Deflater) {
    this.#openDeflater = openDeflater;
  }

  set format(format: PixelFormat) {
    this.#format = format;
    this.#packer = new PixelPacker(format);
  }

  async encode(picture: Picture, part: Rectangle): Promise<Uint8Array> {
    const { encoding } = this;
    const header = rectangleHeader(part, Encoding[encoding]);
    if (encoding === 'raw') return joined(header, this.#packer.pack(dotsOf(picture, part)));
    const bytes = await this.#deflater(encoding).deflate(this.#plain(encoding, picture, part));
    return joined(header, unsigned32(bytes.length), bytes);
  }

  close(): void {
    for (const deflater of this.#deflaters.values()) deflater.close();
  }

  #plain(encoding: PictureEncoding, picture: Picture, part: Rectangle): Uint8Array {
    if (encoding === 'zlib') return this.#packer.pack(dotsOf(picture, part));
    return joined(...zrleTiles(picture, part, this.#packer, compressedPixel(this.#format)));
  }

  #deflater(encoding: PictureEncoding): Deflater {
    const deflater = this.#deflaters.get(encoding) ?? this.#openDeflater();
    this.#deflaters.set(encoding, deflater);
    return deflater;
  }
}
