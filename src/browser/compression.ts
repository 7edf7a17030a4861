import type { Compressor } from '../snapshot/compression.ts';

/** What passes through a stream of the browser's. It takes no bytes that threads share. */
function through(source: Uint8Array, stream: CompressionStream | DecompressionStream): ReadableStream<Uint8Array> {
  return new Blob([new Uint8Array(source)]).stream().pipeThrough(stream);
}

/** Browsers compress with deflate only. */
export const browserCompressor: Compressor = {
  method: 'deflate',
  compress: async (source) => {
    const stream = through(source, new CompressionStream('deflate-raw'));
    return new Uint8Array(await new Response(stream as ReadableStream<BufferSource>).arrayBuffer());
  },
};

/**
 * The first bytes of a raw deflate stream, `most` or all. What follows the stream, as the next cluster of a qcow2 image does, the
 * browser takes for a mistake: what it has given by then is enough.
 */
export async function inflate(source: Uint8Array, most: number): Promise<Uint8Array> {
  const reader = through(source, new DecompressionStream('deflate-raw')).getReader();
  const output = new Uint8Array(most);
  let length = 0;
  for (;;) {
    const { value, done } = await next(reader, length === most);
    if (done) return output.subarray(0, length);
    if (length + value.length > most) throw new RangeError(`more than ${most} bytes`);
    output.set(value, length);
    length += value.length;
  }
}

type Read = ReadableStreamReadResult<Uint8Array>;

/** `isFull`: an error then is one of what follows. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>, isFull: boolean): Promise<Read> {
  try {
    return await reader.read();
  } catch (error) {
    if (isFull) return { done: true, value: undefined };
    throw error;
  }
}
