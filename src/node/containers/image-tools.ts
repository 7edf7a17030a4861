import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import zlib from 'node:zlib';
import type { Bytes, ImageTools } from '../../containers/streams.ts';
import { ConfigurationError, messageOf } from '../../util/errors.ts';

/** Node's own services for reading images. */
export const nodeTools: ImageTools = {
  sha256: () => {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
  },
  gunzip: (bytes, name) => decoded(bytes, zlib.createGunzip() as Decoder, name),
  unzstd: (bytes, name) => decoded(bytes, zstdDecoder(name), name),
};

type Decoder = NodeJS.ReadWriteStream & Readable;

function zstdDecoder(name: string): Decoder {
  if (typeof zlib.createZstdDecompress !== 'function')
    throw new ConfigurationError(`${name} is compressed by zstd, which needs Node 22.15 or later`);
  return zlib.createZstdDecompress() as Decoder;
}

async function* decoded(bytes: Bytes, decoder: Decoder, name: string): Bytes {
  let failure: unknown;
  const feeding = (async () => {
    try {
      for await (const part of bytes) {
        // The digest of what cannot be unpacked says more about it: the rest is read for that.
        if (decoder.errored) continue;
        if (decoder.destroyed) return;
        if (!decoder.write(part)) await drained(decoder);
      }
      if (!decoder.destroyed) decoder.end();
    } catch (error) {
      failure = error;
      decoder.destroy(error as Error);
    }
  })();
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } catch (error) {
    await feeding;
    throw failure ?? new ConfigurationError(`${name} cannot be unpacked: ${messageOf(error)}`);
  } finally {
    decoder.destroy();
    await feeding;
  }
}

/** Resolves when the decoder takes more, or nothing more ever. */
function drained(decoder: Decoder): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      decoder.off('drain', done);
      decoder.off('close', done);
      resolve();
    };
    decoder.once('drain', done);
    decoder.once('close', done);
  });
}
