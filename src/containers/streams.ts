import { concatenate } from '../util/bytes.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Descriptor } from './manifest.ts';

/** Bytes, part after part. */
export interface Bytes extends AsyncIterable<Uint8Array> {
  /** Leaves out so many of those that have not come yet. Where there is no such function they are read. */
  skip?(count: number): void;
}

/** A digest that is being computed. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** In hexadecimal digits. Nothing follows. */
  digest(): string;
}

/** A host's services for reading images. */
export interface ImageTools {
  sha256(): Hash;
  /**
   * Unpacks what gzip has compressed, several members one after the other too.
   * @throws ConfigurationError if it cannot
   */
  gunzip(bytes: Bytes, name: string): Bytes;
  /**
   * Unpacks what zstd has compressed.
   * @throws ConfigurationError if it cannot
   */
  unzstd(bytes: Bytes, name: string): Bytes;
}

/** Passes bytes on; at their end they must be those that a digest tells. */
export async function* verified(bytes: Bytes, { digest, size }: Descriptor, name: string, tools: ImageTools): Bytes {
  const hash = tools.sha256();
  let length = 0;
  for await (const part of bytes) {
    length += part.length;
    if (length > size)
      throw new ConfigurationError(`${name}: ${digest} is longer than the ${size} bytes that it should have`);
    hash.update(part);
    yield part;
  }
  if (length !== size) throw new ConfigurationError(`${name}: ${digest} has ${length} bytes; it should have ${size}`);
  checkDigest(hash, digest, name);
}

/**
 * Passes unpacked bytes on; at their end they must be those that a digest tells, and never more than `most`.
 * @throws ConfigurationError
 */
export async function* measured(bytes: Bytes, digest: string, most: number, name: string, tools: ImageTools): Bytes {
  const hash = tools.sha256();
  for await (const part of limited(bytes, most, name)) {
    hash.update(part);
    yield part;
  }
  checkDigest(hash, digest, name);
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

function checkDigest(hash: Hash, wanted: string, name: string): void {
  const found = `sha256:${hash.digest()}`;
  if (found !== wanted)
    throw new ConfigurationError(`${name}: the digest of what came is ${found}; it should be ${wanted}`);
}

/** All bytes together. */
export async function wholeOf(bytes: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return concatenate(parts);
}

const [GZIP, ZSTD] = [
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
];

/**
 * Unpacks bytes that gzip or zstd has compressed, and passes others on as they are.
 * @throws ConfigurationError
 */
export async function* unpacked(bytes: Bytes, name: string, tools: ImageTools): Bytes {
  const iterator = bytes[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let head = new Uint8Array();
  while (head.length < ZSTD.length) {
    const { value, done } = await iterator.next();
    if (done) break;
    first.push(value);
    head = concatenate([head, value.subarray(0, ZSTD.length)]);
  }
  const begins = (magic: readonly number[]) => magic.every((byte, n) => head[n] === byte);
  const all = resumed(first, iterator);
  yield* begins(GZIP) ? tools.gunzip(all, name) : begins(ZSTD) ? tools.unzstd(all, name) : all;
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
