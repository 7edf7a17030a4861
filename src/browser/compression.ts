import type { Compressor } from '../snapshot/compression.ts';

/** Browsers compress with deflate only. */
export const browserCompressor: Compressor = {
  method: 'deflate',
  compress: async (source) => {
    // A Blob takes no bytes that threads share.
    const stream = new Blob([new Uint8Array(source)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  },
};

/** Bytes that are given to a browser's decompression at once where something follows the stream. */
const PIECE = 256;

/**
 * All bytes of a raw deflate stream. What follows the stream, as the next cluster of a qcow2 image does, is a mistake to the
 * browser, by which what was not read is lost: it gets little at a time then, which takes many times as long.
 * @throws RangeError if there are more than `most`
 */
export async function inflate(source: Uint8Array, most: number): Promise<Uint8Array> {
  return await inflateBy(source.length, source, most).catch((error: unknown) => {
    if (error instanceof RangeError) throw error;
    return inflateBy(PIECE, source, most);
  });
}

/** @param piece bytes that the browser is given at once */
async function inflateBy(piece: number, source: Uint8Array, most: number): Promise<Uint8Array> {
  const { readable, writable } = new DecompressionStream('deflate-raw');
  const reader = readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  void write(writable.getWriter(), source, piece).catch(() => {});
  const output = new Uint8Array(most);
  let length = 0;
  for (;;) {
    const value = await next(reader, length === most);
    if (value === undefined) return output.subarray(0, length);
    if (length + value.length > most) throw new RangeError(`more than ${most} bytes`);
    output.set(value, length);
    length += value.length;
  }
}

async function write(
  writer: WritableStreamDefaultWriter<BufferSource>,
  source: Uint8Array,
  piece: number,
): Promise<void> {
  for (let at = 0; at < source.length; at += piece) await writer.write(new Uint8Array(source.subarray(at, at + piece)));
  await writer.close();
}

/** The next bytes, or undefined at the end. `isFull`: an error then is one of what follows. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>, isFull: boolean): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value;
  } catch (error) {
    if (isFull) return undefined;
    throw error;
  }
}
