import type { ImageFile } from './image-file.ts';

/** Decompression, which a host has: all bytes of a stream, which may be followed by others. */
export interface Decompressor {
  /** @param most bytes of output; more are an error */
  deflate(source: Uint8Array, most: number): Promise<Uint8Array>;
  /** CRC-32, where the host has a quicker one than runtime/crc32.ts. */
  readonly checksum?: (bytes: Uint8Array) => number;
  /** Missing where the host cannot do it. */
  readonly zstd?: ((source: Uint8Array, most: number) => Promise<Uint8Array>) | undefined;
}

/** Reads compressed clusters; the last one stays, as guests read less at once than a cluster. */
export class CompressedClusters {
  readonly #file: ImageFile;
  readonly #decompressor: Decompressor;
  #last: { readonly offset: number; readonly bytes: Uint8Array } | undefined;

  constructor(file: ImageFile, decompressor: Decompressor) {
    this.#file = file;
    this.#decompressor = decompressor;
  }

  /** @throws StorageError if it is not what the format's compression gives */
  async read({ offset, length }: { readonly offset: number; readonly length: number }): Promise<Uint8Array> {
    if (this.#last?.offset === offset) return this.#last.bytes;
    const source = new Uint8Array(length);
    await this.#file.readPadded(offset, source);
    const bytes = await this.#decompress(source, `the compressed cluster at offset 0x${offset.toString(16)}`);
    this.#last = { offset, bytes };
    return bytes;
  }

  /** Called when clusters were freed: another one may come where one was. */
  forget(): void {
    this.#last = undefined;
  }

  async #decompress(source: Uint8Array, what: string): Promise<Uint8Array> {
    const { clusterSize, header } = this.#file;
    const inflate =
      header.compression === 'zstd'
        ? this.#decompressor.zstd?.bind(this.#decompressor)
        : this.#decompressor.deflate.bind(this.#decompressor);
    if (!inflate) throw this.#file.error(`${what} is compressed by zstd, which this host cannot read`);
    const bytes = await inflate(source, clusterSize).catch(() => undefined);
    if (bytes?.length !== clusterSize) throw this.#file.error(`${what} cannot be decompressed`);
    return bytes;
  }
}
