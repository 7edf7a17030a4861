import { crc32 } from '../../runtime/crc32.ts';
import { concatenate } from '../util/bytes.ts';
import type { ScreenImage } from './renderer.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Eight bits for each of red, green and blue; the usual compression and filters; not interlaced. */
const COLOR_KIND = [8, 2, 0, 0, 0];

/** A picture as a PNG file (ISO/IEC 15948). */
export async function encodePng(image: ScreenImage): Promise<Uint8Array> {
  const { width, height } = image;
  const header = Uint8Array.from([...word(width), ...word(height), ...COLOR_KIND]);
  const data = await deflate(filteredLines(image));
  return concatenate([
    Uint8Array.from(SIGNATURE),
    ...chunk('IHDR', header),
    ...chunk('IDAT', data),
    ...chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Each line begins with its filter; here none has one. */
function filteredLines({ width, height, data }: ScreenImage): Uint8Array<ArrayBuffer> {
  const lines = new Uint8Array(height * (1 + 3 * width));
  let to = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (at % (4 * width) === 0) lines[to++] = 0;
    for (let component = 0; component < 3; component++) lines[to++] = data[at + component];
  }
  return lines;
}

/** Length, type, data and a checksum of the latter two. */
function chunk(type: string, data: Uint8Array): Uint8Array[] {
  const name = Uint8Array.from(type, (character) => character.charCodeAt(0));
  return [word(data.length), name, data, word(crc32(name, data))];
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** A zlib stream (RFC 1950), by what Node and browsers have. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
