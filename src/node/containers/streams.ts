import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import zlib from 'node:zlib';
import type { Descriptor } from '../../containers/manifest.ts';
import { ConfigurationError, messageOf } from '../../util/errors.ts';

/** Bytes, part after part. */
export type Bytes = AsyncIterable<Uint8Array>;

/** Passes bytes on; at their end they must be those that a digest tells. */
export async function* verified(bytes: Bytes, { digest, size }: Descriptor, name: string): Bytes {
  const hash = createHash('sha256');
  let length = 0;
  for await (const part of bytes) {
    length += part.length;
    if (length > size)
      throw new ConfigurationError(`${name}: ${digest} is longer than the ${size} bytes that it should have`);
    hash.update(part);
    yield part;
  }
  if (length !== size) throw new ConfigurationError(`${name}: ${digest} has ${length} bytes; it should have ${size}`);
  checkDigest(`sha256:${hash.digest('hex')}`, digest, name);
}

/**
 * Passes unpacked bytes on; at their end they must be those that a digest tells, and never more than `most`.
 * @throws ConfigurationError
 */
export async function* measured(bytes: Bytes, digest: string, most: number, name: string): Bytes {
  const hash = createHash('sha256');
  for await (const part of limited(bytes, most, name)) {
    hash.update(part);
    yield part;
  }
  checkDigest(`sha256:${hash.digest('hex')}`, digest, name);
}

/**
 * Passes unpacked bytes on, and never more than `most`.
 * @throws ConfigurationError
 */
export async function* limited(bytes: Bytes, most: number, name: string): Bytes {
  let length = 0;
  for await (const part of bytes) {
    length += part.length;
    if (length > most) throw new ConfigurationError(`${name}: it unpacks to more than ${most} bytes`);
    yield part;
  }
}

function checkDigest(found: string, wanted: string, name: string): void {
  if (found !== wanted)
    throw new ConfigurationError(`${name}: the digest of what came is ${found}; it should be ${wanted}`);
}

/** The writable side of a pipe, a file or a process. */
interface Sink {
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

/** Resolves when more may be written, or nothing more will be taken. */
export function drained(sink: Sink): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sink.off('drain', done);
      sink.off('close', done);
      resolve();
    };
    sink.once('drain', done);
    sink.once('close', done);
  });
}

/** All bytes together. */
export async function wholeOf(bytes: Bytes): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

const [GZIP, ZSTD] = [
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
];

/**
 * Unpacks bytes that gzip or zstd has compressed, and passes others on as they are.
 * @throws ConfigurationError
 */
export async function* unpacked(bytes: Bytes, name: string): Bytes {
  const iterator = bytes[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let head = new Uint8Array();
  while (head.length < ZSTD.length) {
    const { value, done } = await iterator.next();
    if (done) break;
    first.push(value);
    head = Buffer.concat([head, value.subarray(0, ZSTD.length)]);
  }
  const all = resumed(first, iterator);
  const decoder = decoderOf(head, name);
  if (decoder === undefined) yield* all;
  else yield* decoded(all, decoder, name);
}

async function* resumed(first: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): Bytes {
  try {
    yield* first;
    for (;;) {
      const { value, done } = await rest.next();
      if (done) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

type Decoder = NodeJS.ReadWriteStream & Readable;

function decoderOf(head: Uint8Array, name: string): Decoder | undefined {
  const begins = (magic: readonly number[]) => magic.every((byte, n) => head[n] === byte);
  if (begins(GZIP)) return zlib.createGunzip() as Decoder;
  if (!begins(ZSTD)) return undefined;
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
