import { sha256 } from '@noble/hashes/sha2.js';
import { Gunzip } from 'fflate';
import type { Bytes, ImageTools } from '../../containers/streams.ts';
import { hexDigits } from '../../util/bytes.ts';
import { ConfigurationError, messageOf } from '../../util/errors.ts';
import { ZstdDecoder } from '../zstd.ts';

/**
 * A page's services for reading images. Browsers compute digests of what is whole alone, and of that only where the page came by https:;
 * they unpack one member of gzip, where layers may have many, and no zstd.
 */
export const pageTools: ImageTools = {
  sha256: () => {
    const hash = sha256.create();
    return { update: (bytes) => void hash.update(bytes), digest: () => hexDigits(hash.digest()) };
  },
  gunzip: (bytes, name) => decoded(bytes, (take) => new Gunzip(take), GZIP_PART, name),
  unzstd: (bytes, name) => decoded(bytes, (take) => new ZstdDecoder(take), ZSTD_PART, name),
};

/** A decoder that gives what it has unpacked to whoever made it. */
interface Decoder {
  push(bytes: Uint8Array, isLast: boolean): void;
}

/**
 * Bytes that a decoder gets at once. What it makes of them is in memory before anybody can refuse it: some 1000 times as much with gzip, 32768
 * times with zstd, of which four bytes can mean 128 KB.
 */
const [GZIP_PART, ZSTD_PART] = [16 << 10, 1 << 10];

async function* decoded(
  bytes: Bytes,
  makeDecoder: (take: (part: Uint8Array) => void) => Decoder,
  most: number,
  name: string,
): Bytes {
  let parts: Uint8Array[] = [];
  let failure: ConfigurationError | undefined;
  const decoder = makeDecoder((part) => parts.push(part));
  const push = (part: Uint8Array, isLast: boolean): readonly Uint8Array[] => {
    parts = [];
    try {
      decoder.push(part, isLast);
    } catch (error) {
      failure = new ConfigurationError(`${name} cannot be unpacked: ${messageOf(error)}`);
    }
    return parts;
  };
  // The digest of what cannot be unpacked says more about it: the rest is read for that.
  for await (const part of bytes)
    for (let at = 0; at < part.length && failure === undefined; at += most)
      yield* push(part.subarray(at, at + most), false);
  if (failure === undefined) yield* push(new Uint8Array(), true);
  if (failure !== undefined) throw failure;
}
